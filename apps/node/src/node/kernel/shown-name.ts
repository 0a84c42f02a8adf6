import { Failure } from '@shoal/daemon/failure'
import { isShownName } from '@shoal/identity/devices'

/** Throws `bad-argument` for a name that devices and profiles cannot have. */
export function checkShownName(name: string): void {
  if (!isShownName(name))
    throw new Failure(
      'bad-argument',
      'a name has 1 to 64 bytes of UTF-8, and no control characters or invisible ones that reverse text',
      { field: 'name' },
    )
}
