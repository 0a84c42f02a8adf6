/** What a node's refusal, or its silence (`unreachable`), becomes in a client. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** The member of the input that was wrong. */
  readonly field: string | undefined

  constructor(
    code: string,
    message: string,
    { status = 0, field }: { status?: number; field?: string | undefined } = {},
  ) {
    super(message)
    this.code = code
    this.status = status
    this.field = field
  }
}
