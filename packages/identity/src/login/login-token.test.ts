import { createJWT, EdDSASigner, verifyJWT } from 'did-jwt'
import { Resolver } from 'did-resolver'
import { getResolver } from 'key-did-resolver'
import { expect, it } from 'vitest'
import { testKey } from '../devices/testing/person.ts'
import { IdentityError } from '../identity-error.ts'
import { LOGIN_TOKEN_SECONDS, signLoginToken, signLoginTokenWith, verifyLoginToken } from './login-token.ts'

const NOW = 1_800_000_000
const PERSON = testKey(1).did
const DEVICE = testKey(2)
const HUB = { audience: 'https://hub.example.org', nonce: 'aGVsbG8' }
const token = () => signLoginToken({ ...HUB, person: PERSON }, DEVICE, NOW)

async function refusal(text: string, challenge = HUB, now = NOW): Promise<string> {
  return verifyLoginToken(text, challenge, now).then(
    () => 'accepted',
    error => (error instanceof IdentityError && error.code === 'bad-login' ? error.message : String(error)),
  )
}

it('a device logs in for a person', async () => {
  const expected = { person: PERSON, deviceKey: DEVICE.publicKey }
  expect(await verifyLoginToken(token(), HUB, NOW)).toEqual(expected)
  expect(await verifyLoginToken(token(), HUB, NOW + LOGIN_TOKEN_SECONDS - 1)).toEqual(expected)
})

it('a device logs in with a key that nobody can read', async () => {
  const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const sign = async (message: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message as Uint8Array<ArrayBuffer>))
  const text = await signLoginTokenWith({ ...HUB, person: PERSON }, { publicKey, sign }, NOW)
  expect(await verifyLoginToken(text, HUB, NOW)).toEqual({ person: PERSON, deviceKey: publicKey })
})

it('another implementation accepts our logins, and we accept its own', async () => {
  const resolver = new Resolver(getResolver())
  const policies = { now: NOW }
  const { payload } = await verifyJWT(token(), { resolver, audience: HUB.audience, policies })
  expect(payload).toMatchObject({ iss: DEVICE.did, person: PERSON, nonce: HUB.nonce })
  await expect(verifyJWT(token(), { resolver, audience: 'https://evil.example', policies })).rejects.toThrow()

  const signer = EdDSASigner(Buffer.concat([DEVICE.exportSecret().seed, DEVICE.publicKey]))
  const claims = { sub: DEVICE.did, aud: HUB.audience, nonce: HUB.nonce, person: PERSON }
  const theirs = await createJWT(
    { ...claims, iat: NOW, exp: NOW + 60 },
    { issuer: DEVICE.did, signer },
    { alg: 'EdDSA' },
  )
  expect(await verifyLoginToken(theirs, HUB, NOW)).toMatchObject({ person: PERSON })
})

it('a login is of no use at another server, for another challenge, or later', async () => {
  expect(await refusal(token(), { ...HUB, audience: 'https://evil.example' })).toContain('another server')
  expect(await refusal(token(), { ...HUB, nonce: 'other' })).toContain('another challenge')
  expect(await refusal(token(), HUB, NOW + 3600)).toContain('expired')
  expect(await refusal(token(), HUB, NOW - 3600)).toContain('cannot be accepted')
})

it('a changed login is refused', async () => {
  const text = token()
  for (let at = 0; at < text.length; at += 7) {
    const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    expect(await refusal(changed)).toContain('cannot be accepted')
  }
  for (const other of ['', '.', '..', 'a.b.c', 'x'.repeat(3000), `${text}.`])
    expect(await refusal(other)).toContain('cannot be accepted')
})

it('a login without signature, with another kind of signature, or with members that are missing is refused', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: DEVICE.did,
    sub: DEVICE.did,
    aud: HUB.audience,
    nonce: HUB.nonce,
    person: PERSON,
    iat: NOW,
    exp: NOW + 60,
  }
  const signed = (header: object, body: object) => {
    const text = `${part(header)}.${part(body)}`
    return `${text}.${Buffer.from(DEVICE.sign(Buffer.from(text))).toString('base64url')}`
  }
  const header = { alg: 'EdDSA', typ: 'JWT' }
  expect(await refusal(signed(header, claims))).toBe('accepted')
  expect(await refusal(`${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`)).toContain(
    'cannot be accepted',
  )
  for (const wrong of [
    { alg: 'HS256', typ: 'JWT' },
    { alg: 'EdDSA', typ: 'at+jwt' },
    { ...header, crit: ['x'] },
  ])
    expect(await refusal(signed(wrong, claims))).toContain('cannot be accepted')
  for (const name of Object.keys(claims))
    expect(await refusal(signed(header, { ...claims, [name]: undefined }))).toContain('cannot be accepted')
  const others = [
    { sub: PERSON },
    { person: 7 },
    { person: 'did:web:x' },
    { exp: NOW + 9e9, iat: NOW - 9e6 },
    { aud: [] },
  ]
  for (const other of others)
    expect(await refusal(signed(header, { ...claims, ...other }))).toContain('cannot be accepted')
})
