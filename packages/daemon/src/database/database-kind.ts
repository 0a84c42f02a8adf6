import type { Failure } from '../failure.ts'

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
  readonly earlier?: Earlier
  /** The version of files with the table `migrations`, as `user_version` has it. Default: 3. */
  readonly format?: number
  /** Whether several processes have the file open, also those of the version before: it can live with one migration of each owner that it does not know. */
  readonly isShared?: boolean
  /** Returns the error that the program throws for one of this room. */
  readonly translate?: (failure: Failure) => Error
}

/** For each of the first formats, from 1 on, the owners and numbers of the migrations that it added. */
export type Earlier = readonly (readonly (readonly [owner: string, number: number])[])[]
