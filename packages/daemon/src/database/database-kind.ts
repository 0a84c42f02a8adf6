import type { Failure } from '../failure.ts'

/** Program-specific properties of a database. */
export interface DatabaseKind {
  /** Marks the file as the program's own (SQLite's `application_id`). */
  readonly applicationId: number
  /**
   * Names of files in its folder that exist once the program has run: an empty database next to
   * them is damaged.
   */
  readonly traces: readonly string[]
  /** Advice while another process has the file. Completes a sentence of an error after a colon. */
  readonly inUse: string
  /** Advice for a damaged file without a backup. Completes a sentence of an error after a comma. */
  readonly withoutBackup: string
  /**
   * For each of the first formats, the migrations by owner that it added, if there were files
   * before the table `migrations`.
   */
  readonly earlier?: Earlier
  /** `user_version` of files with the table `migrations`. Default: 3. */
  readonly format?: number
  /**
   * Whether several processes can have the file open, including those of the previous version,
   * which tolerates one unknown migration per owner.
   */
  readonly isShared?: boolean
  /** Returns the error that the program throws for a database error. */
  readonly translate?: (failure: Failure) => Error
}

/**
 * For each of the first formats, starting with 1, the owners and numbers of the migrations that it
 * added.
 */
export type Earlier = readonly (readonly (readonly [owner: string, number: number])[])[]
