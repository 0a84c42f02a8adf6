/** The differences between the database of one program and those of others. */
export interface DatabaseKind {
  /** Marks the file as the program's own (`application_id` of SQLite). */
  readonly applicationId: number
  /** Names of files in its folder that a program has left which has run: an empty database next to them is damaged. */
  readonly traces: readonly string[]
  /** Says what to do while another process has the file. Completes a sentence of an error after a colon. */
  readonly inUse: string
  /** Says what to do with a damaged file that has no backup. Completes a sentence of an error after a comma. */
  readonly withoutBackup: string
  /** The migrations, by owner, that each of the first formats has added, if there were files before the table `migrations`. */
  readonly earlier?: readonly (readonly (readonly [owner: string, number: number])[])[]
}
