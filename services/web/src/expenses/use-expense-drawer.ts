import { useSearchParams } from 'wouter';

/**
 * The drawer's state stands in the address (`?expense=new` or an id), so that a link to an expense works and the
 * phone's back button closes the drawer instead of leaving the screen.
 */
export function useExpenseDrawer() {
  const [params, setParams] = useSearchParams();
  const open = (value: string) =>
    setParams(
      (current) => {
        current.set('expense', value);
        return current;
      },
      { state: { isDrawer: true } },
    );
  return {
    /** "new", an id, or null where it is closed. */
    current: params.get('expense'),
    add: () => open('new'),
    close: () => {
      if (history.state?.isDrawer) return history.back();
      setParams(
        (current) => {
          current.delete('expense');
          return current;
        },
        { replace: true },
      );
    },
  };
}

/** The address of an expense's drawer over the screen in view. */
export function expenseHref(id: string, path: string, search: string): string {
  const params = new URLSearchParams(search);
  params.set('expense', id);
  return `${path}?${params}`;
}

/** For links that open the drawer: closing then goes back instead of forward. */
export const drawerState = { isDrawer: true };
