import { Failure } from '@shoal/daemon/failure'

/** Runs what the engine can only refuse for one member of the input. A refusal then names it. */
export async function namingField<Result>(
  field: string,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    if (code !== 'bad-argument' && code !== 'unsafe-path') throw error
    throw new Failure(code, String(message), { cause: error, field })
  }
}
