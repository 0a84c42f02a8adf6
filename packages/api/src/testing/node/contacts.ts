import type { CONTACTS } from '../../contracts/contacts.ts'
import type { Implemented } from '../../operations.ts'
import type { Contact, OwnProfile } from '../../schemas/contact.ts'
import { found, refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

const DAY_MS = 86_400_000
const WORDS = 'emotion summer salad runway material scale shadow report screen push tell wire'
const CODE =
  'shoal:person/1/did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK/b1fuPnzVhHeYQMLmrmHcbCrfOHDfPiCZqMeZAVU0lTs'
/** A square of 8 pixels. */
const PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR42mNgqPqPFTEMLQkAPKJfgSnQTQ0AAAAASUVORK5CYII='

/** A person with a new key, whom the user had verified before. Nothing is signed or checked. */
export function contacts(state: SimulatedState): Implemented<typeof CONTACTS> {
  const nowMs = state.clock.nowMs()
  let own: OwnProfile = {
    did: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    ...{ name: 'Ana', picture: null, version: 1, problem: null },
  }
  const ada: Contact = {
    did: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
    nodes: [{ key: '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29', name: null }],
    ...{
      name: state.says('Ada'),
      picture: state.says(PICTURE),
      lists: 3,
      devices: 2,
      expiresMs: nowMs + 80 * DAY_MS,
    },
    ...{ verifiedMs: null, askedMs: nowMs - 60_000 },
    alarms: [
      { kind: 'rotated', atMs: nowMs - DAY_MS, detail: null },
      { kind: 'unverified', atMs: nowMs - DAY_MS, detail: null },
    ],
  }
  const all = new Map([[ada.did, ada]])
  const set = (did: string, changes: Partial<Contact>) => {
    const contact = { ...found(all, did, 'contact', 'did'), ...changes }
    all.set(did, contact)
    state.emit({ type: 'people' })
    return contact
  }
  const sign = (changes: Partial<OwnProfile>) => {
    own = { ...own, ...changes, version: (own.version ?? 0) + 1 }
    state.emit({ type: 'people' })
    return own
  }
  const list = () => ({ items: [...all.values()] })
  return {
    getProfile: async () => own,
    setProfile: async ({ name, picture }) =>
      sign({
        ...(name !== undefined && { name }),
        ...(picture !== undefined && { picture: picture && `data:image/jpeg;base64,${picture}` }),
      }),
    clearProfile: async () => sign({ name: null, picture: null }),
    listContacts: async () => list(),
    askContacts: async () => list(),
    async getVerification({ did }) {
      const { verifiedMs } = found(all, did, 'contact', 'did')
      return { did, words: WORDS.split(' '), ownCode: CODE, verifiedMs }
    },
    async verifyContact({ did, seen }) {
      if (seen !== WORDS) throw refusal('conflict', 'this is the code of another person', 'seen')
      const contact = set(did, { verifiedMs: state.clock.nowMs() })
      state.verified.add(did)
      state.emit({ type: 'chat', conversation: null, messages: null })
      return contact
    },
    async unverifyContact({ did }) {
      const contact = set(did, { verifiedMs: null })
      state.verified.delete(did)
      state.emit({ type: 'chat', conversation: null, messages: null })
      return contact
    },
    dismissContactAlarms: async ({ did }) => set(did, { alarms: [] }),
  }
}
