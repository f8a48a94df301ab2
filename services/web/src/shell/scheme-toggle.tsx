import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { PopupButton, PopupMenu } from './popup-menu.tsx';

export const schemes = [
  { value: 'auto', label: 'Like the device', icon: IconDeviceDesktop },
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
] as const;

export function SchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = schemes.find((scheme) => scheme.value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <PopupMenu
      position="bottom-end"
      width={205}
      trigger={(toggle) => (
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Colour scheme" onClick={toggle}>
          <Current size={19} stroke={1.7} aria-hidden />
        </ActionIcon>
      )}
    >
      {schemes.map(({ value, label, icon }) => (
        <PopupButton key={value} icon={icon} isChosen={value === colorScheme} onClick={() => setColorScheme(value)}>
          {label}
        </PopupButton>
      ))}
    </PopupMenu>
  );
}
