import { Popover, type PopoverProps, UnstyledButton } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { type ComponentType, type ReactElement, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import classes from './popup-menu.module.css';

interface PopupMenuProps extends Pick<PopoverProps, 'position' | 'width'> {
  /** The button that opens it, and names the list for screen readers. */
  trigger: (toggle: () => void) => ReactElement;
  children: ReactNode;
}

/**
 * A short list of links and buttons behind a button. Plain links rather than an ARIA menu: they open in new tabs, and
 * Tab works in them as everywhere. (It also spares the first paint Mantine's Menu with its search and submenus.)
 */
export function PopupMenu({ trigger, children, ...place }: PopupMenuProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} shadow="lg" trapFocus returnFocus {...place}>
      <Popover.Target>{trigger(() => setOpen((open) => !open))}</Popover.Target>
      <Popover.Dropdown p={6}>
        {/* biome-ignore lint/a11y: the click that it hears is one on a link or button inside, by keyboard too */}
        <div onClick={(event) => (event.target as Element).closest('a, button') && setOpen(false)}>{children}</div>
      </Popover.Dropdown>
    </Popover>
  );
}

interface PopupItemProps {
  icon?: ComponentType<{ size?: number; stroke?: number }> | undefined;
  /** Left out where nothing can be chosen; else whether this one is. */
  isChosen?: boolean;
  aside?: ReactNode;
  children: ReactNode;
}

const Content = ({ icon: Icon, isChosen, aside, children }: PopupItemProps) => (
  <>
    {Icon && <Icon size={19} stroke={1.7} aria-hidden />}
    <span className={classes.label}>{children}</span>
    {aside && <span className={classes.aside}>{aside}</span>}
    {isChosen !== undefined && <IconCheck size={16} visibility={isChosen ? 'visible' : 'hidden'} aria-hidden />}
  </>
);

export const PopupLink = ({ href, ...content }: PopupItemProps & { href: string }) => (
  <Link href={href} className={classes.item} aria-current={content.isChosen || undefined}>
    <Content {...content} />
  </Link>
);

export const PopupButton = ({ onClick, ...content }: PopupItemProps & { onClick: () => void }) => (
  <UnstyledButton className={classes.item} onClick={onClick} aria-pressed={content.isChosen}>
    <Content {...content} />
  </UnstyledButton>
);

export const PopupDivider = () => <hr className={classes.divider} />;
