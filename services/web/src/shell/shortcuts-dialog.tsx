import { Dialog } from './dialog.tsx';
import { ShortcutsTable } from './shortcuts-table.tsx';

export const ShortcutsDialog = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Keyboard shortcuts" onClose={onClose}>
    <ShortcutsTable />
  </Dialog>
);
