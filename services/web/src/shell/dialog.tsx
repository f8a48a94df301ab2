import { Drawer, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './dialog.module.css';

interface DialogProps {
  title: string;
  onClose: () => void;
  /** False lets it slide out before it goes. */
  isOpen?: boolean;
  children: ReactNode;
}

// Put together by hand: the ready-made head of Mantine is a <header>, a second banner landmark beside the page's own.

/** A question or a short form over the page. */
export const Dialog = ({ title, onClose, isOpen = true, children }: DialogProps) => (
  <Modal.Root opened={isOpen} onClose={onClose} centered>
    <Modal.Overlay />
    <Modal.Content radius="lg">
      <div className={classes.head}>
        <Modal.Title className={classes.title}>{title}</Modal.Title>
        <Modal.CloseButton aria-label="Close" />
      </div>
      <Modal.Body className={classes.body}>{children}</Modal.Body>
    </Modal.Content>
  </Modal.Root>
);

/** A longer form beside the page; over all of it on a phone. */
export function Sheet({ title, onClose, isOpen = true, children }: DialogProps) {
  const isPhone = useMediaQuery('(max-width: 48em)') ?? false;
  return (
    <Drawer.Root
      opened={isOpen}
      onClose={onClose}
      position={isPhone ? 'bottom' : 'right'}
      size={isPhone ? '100%' : '28rem'}
      transitionProps={{ duration: 160 }}
      classNames={{ content: classes.sheet ?? '' }}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={classes.head}>
          <Drawer.Title className={classes.title}>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body className={classes.sheetBody}>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
