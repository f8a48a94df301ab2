/** Why Outlay cannot start or go on; the message is for a person and says what to do. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem';
}
