import { Failure } from '@shoal/daemon/failure'

/** An error whose reply has arguments, too. */
export class RpcFailure extends Failure {
  readonly arguments: Record<string, unknown>

  constructor(message: string, args: Record<string, unknown>) {
    super('bad-request', message)
    this.arguments = args
  }
}
