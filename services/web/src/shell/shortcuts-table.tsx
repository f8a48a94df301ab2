import { Kbd, Table } from '@mantine/core';

const shortcuts = [
  ['N', 'Add an expense'],
  ['/', 'Search expenses'],
  ['Esc', 'Close what is open'],
  ['?', 'Show this list'],
] as const;

export const ShortcutsTable = () => (
  <Table withRowBorders={false} aria-label="Keyboard shortcuts">
    <Table.Tbody>
      {shortcuts.map(([key, what]) => (
        <Table.Tr key={key}>
          <Table.Th scope="row" w="5rem">
            <Kbd>{key}</Kbd>
          </Table.Th>
          <Table.Td>{what}</Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
