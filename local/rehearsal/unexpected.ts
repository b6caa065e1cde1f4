/** The rehearsal did not go as the scenario says; the message becomes `ended` in the report. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}
