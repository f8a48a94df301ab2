import { Page } from '../shell/page.tsx';

export const ImportPage = () => <Page title="Import">…</Page>;
