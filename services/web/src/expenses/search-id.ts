/** Of the search box, which a shortcut focuses from anywhere. */
export const searchId = 'search-expenses';
