import { SetupError } from './failure.ts'

/** Runs `open`, and explains why it cannot listen. */
export async function listen<T>(host: string, port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const { cause = error, message } = error as Error
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new SetupError(
        `Port ${port} is taken: stop the program that uses it, or choose another port with --port`,
      )
    if (code === 'EADDRNOTAVAIL')
      throw new SetupError(`${host} is not an address of this machine: choose another with --host`)
    if (code === 'EACCES')
      throw new SetupError(`This user may not listen on port ${port}: choose one above 1023`)
    throw new SetupError(`Cannot listen at ${host}, port ${port}: ${message}`)
  }
}
