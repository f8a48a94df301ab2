import { ValidationFailed } from '@outlay/service-kit/problem.ts';

/**
 * A name without the spaces around it.
 * @throws {ValidationFailed} where nothing is left
 */
export function personName(text: string): string {
  const name = text.trim();
  if (name === '')
    throw new ValidationFailed('Wrong: #/name.', { errors: [{ pointer: '#/name', detail: 'must not be blank' }] });
  return name;
}
