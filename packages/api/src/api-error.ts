/** Error of a call that the node refused or did not answer (`unreachable`). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  /** HTTP status. 0 if there was no answer. */
  readonly status: number
  /** The invalid member of the input. */
  readonly field: string | undefined
  /** The delay requested by the server, if any. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: string,
    message: string,
    {
      status = 0,
      field,
      retryAfterSeconds,
    }: {
      status?: number
      field?: string | undefined
      retryAfterSeconds?: number | undefined
    } = {},
  ) {
    super(message)
    this.code = code
    this.status = status
    this.field = field
    this.retryAfterSeconds = retryAfterSeconds
  }
}
