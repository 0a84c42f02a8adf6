/** Decides who can read listings: anyone if registration is open, otherwise members only. */
import { Failure } from '@shoal/daemon/failure'
import type { Registration } from '@shoal/hub-api/choices'
import type { Role } from '@shoal/hub-stores'

export interface Reader {
  readonly did: string
  readonly account: { readonly role: Role }
}

export function checkReader(policy: Registration | undefined, reader: object | null): void {
  if (reader || policy === 'open') return
  throw new Failure('unauthorized', 'this is for members of the hub: log in', { field: 'authorization' })
}

/** Returns which hidden items a reader sees: all for a moderator, else only their own. */
export function hiddenFor(reader: Reader | null): { readonly withHidden: boolean; readonly viewer: string } {
  return { withHidden: isModerator(reader), viewer: reader?.did ?? '' }
}

export function mayRead(
  { hidden, author }: { readonly hidden: string | null; readonly author: string },
  reader: Reader | null,
): boolean {
  return hidden === null || isModerator(reader) || author === reader?.did
}

function isModerator(reader: Reader | null): boolean {
  return reader !== null && reader.account.role !== 'member'
}
