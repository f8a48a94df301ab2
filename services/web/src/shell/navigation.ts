/** How the page in view was reached: first load, a link (`push`), or the browser's back and forward (`pop`). */
let last: 'load' | 'push' | 'pop' = 'load';
addEventListener('popstate', () => {
  last = 'pop';
});
// wouter makes an event of every history.pushState.
addEventListener('pushState', () => {
  last = 'push';
});

export const arrival = (): 'load' | 'push' | 'pop' => last;
