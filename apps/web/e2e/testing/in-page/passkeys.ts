/**
 * A page of a hub that a test calls: a member adds a passkey, which keeps a key of 32 bytes, and
 * logs in with it.
 */
import { connectHub } from '@shoal/hub-api/client'
import { unwrapWithPasskey, wrapWithPasskey } from '@shoal/identity/passkey-secret'
import { askForPasskey, hasPasskeys, makePasskey } from '../../../src/shared/passkeys/passkeys.ts'

const hub = connectHub()
type DeviceLogin = Parameters<typeof hub.loginWithDevice>[0]

const text = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))
const toUrl = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const bytesOf = (base64url: string) =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), each => each.charCodeAt(0))

const page = {
  hasPasskeys,

  /** Returns whether the passkey could keep the key, the numbers of which are `key`. */
  async add(login: DeviceLogin, key: readonly number[]): Promise<boolean> {
    const { account } = await hub.loginWithDevice({ ...login, place: 'cookie' })
    const made = await makePasskey(await hub.requestNewPasskey({}))
    const { items } = await hub.addPasskey({ name: 'Test', passkey: made.passkey })
    // Many authenticators compute the secret only for a login.
    const { secret } = made.secret ? made : await askForPasskey(await hub.requestPasskey({}))
    if (!secret) return false
    const wrapped = wrapWithPasskey(Uint8Array.from(key), { secret, did: account.did })
    const wrappedKey = toUrl(text(wrapped))
    return (await hub.changePasskey({ id: items[0]!.id, wrappedKey })).items[0]!.opensKey
  },

  async login(): Promise<{ did: string; key: readonly number[] | null }> {
    await hub.logout({})
    const { answer, secret } = await askForPasskey(await hub.requestPasskey({}))
    const { account, wrappedKey } = await hub.loginWithPasskey({ answer })
    const { did } = (await hub.getAccount({})) satisfies typeof account
    const isOpen = secret !== null && wrappedKey !== null
    return { did, key: isOpen ? [...unwrapWithPasskey(bytesOf(wrappedKey), { secret, did })] : null }
  },
}

declare global {
  var passkeyPage: typeof page
}
globalThis.passkeyPage = page
