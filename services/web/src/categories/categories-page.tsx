import { Page } from '../shell/page.tsx';

export const CategoriesPage = () => <Page title="Categories">…</Page>;
