import { Modal } from '@mantine/core';
import { ShortcutsTable } from './shortcuts-table.tsx';

export const ShortcutsDialog = ({ onClose }: { onClose: () => void }) => (
  <Modal opened onClose={onClose} title="Keyboard shortcuts" closeButtonProps={{ 'aria-label': 'Close' }}>
    <ShortcutsTable />
  </Modal>
);
