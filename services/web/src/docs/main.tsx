import './docs.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { DocsPage } from './docs-page.tsx';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <DocsPage />
  </StrictMode>,
);
