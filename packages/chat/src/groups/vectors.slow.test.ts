/**
 * Tests the library against the test vectors of the MLS working group (mlswg/mls-implementations):
 * it must open what other implementations of RFC 9420 sent, and reach the same secrets. The vectors
 * are not in this repository, but in a folder next to it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import {
  bytesToBase64,
  type ClientState,
  decodeMlsMessage,
  encodeMlsMessage,
  joinGroup,
  makePskIndex,
  type PrivateKeyPackage,
  type Proposal,
  processPrivateMessage,
  processPublicMessage,
} from 'ts-mls'
import {
  type AuthenticatedContent,
  decodeAuthenticatedContent,
  encodeAuthenticatedContent,
} from 'ts-mls/authenticatedContent.js'
import { defaultClientConfig } from 'ts-mls/clientConfig.js'
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js'
import type { Encoder } from 'ts-mls/codec/tlsEncoder.js'
import { determineLength } from 'ts-mls/codec/variableLength.js'
import { decodeCommit, encodeCommit } from 'ts-mls/commit.js'
import { applyUpdatePathSecret } from 'ts-mls/createCommit.js'
import { refhash } from 'ts-mls/crypto/hash.js'
import { decryptWithLabel, encryptWithLabel } from 'ts-mls/crypto/hpke.js'
import { deriveSecret, deriveTreeSecret, expandWithLabel } from 'ts-mls/crypto/kdf.js'
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js'
import {
  createConfirmationTag,
  createContentCommitSignature,
  verifyConfirmationTag,
} from 'ts-mls/framedContent.js'
import { decodeGroupContext, encodeGroupContext, type GroupContext } from 'ts-mls/groupContext.js'
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js'
import { decodeGroupSecrets, encodeGroupSecrets } from 'ts-mls/groupSecrets.js'
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js'
import { initializeEpoch, mlsExporter } from 'ts-mls/keySchedule.js'
import { verifyLeafNodeSignature } from 'ts-mls/leafNode.js'
import {
  protect,
  protectApplicationData,
  protectProposal,
  unprotectPrivateMessage,
} from 'ts-mls/messageProtection.js'
import {
  protectProposalPublic,
  protectPublicMessage,
  unprotectPublicMessage,
} from 'ts-mls/messageProtectionPublic.js'
import { verifyParentHashes } from 'ts-mls/parentHash.js'
import { getCommitSecret } from 'ts-mls/pathSecrets.js'
import { computePskSecret, type PreSharedKeyID } from 'ts-mls/presharedkey.js'
import { toPrivateKeyPath } from 'ts-mls/privateKeyPath.js'
import * as proposals from 'ts-mls/proposal.js'
import {
  addLeafNode,
  decodeRatchetTree,
  encodeRatchetTree,
  getHpkePublicKey,
  type RatchetTree,
  removeLeafNode,
  resolution,
  updateLeafNode,
} from 'ts-mls/ratchetTree.js'
import { createSecretTree, deriveKey, deriveNonce, ratchetUntil } from 'ts-mls/secretTree.js'
import { expandSenderDataKey, expandSenderDataNonce } from 'ts-mls/sender.js'
import { createConfirmedHash, createInterimHash } from 'ts-mls/transcriptHash.js'
import { treeHash, treeHashRoot } from 'ts-mls/treeHash.js'
import * as treeMath from 'ts-mls/treemath.js'
import {
  applyUpdatePath,
  createUpdatePath,
  decodeUpdatePath,
  encodeUpdatePath,
  type UpdatePath,
} from 'ts-mls/updatePath.js'
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js'
import { describe, expect, test } from 'vitest'
import { openSuite } from '#open-suite'

const FOLDER = new URL('../../../../../shared/vectors/mls/', import.meta.url)
const isHere = existsSync(FOLDER)
const suite = await openSuite()
const { hash, hpke, kdf, signature } = suite
const { toLeafIndex, toNodeIndex } = treeMath

// biome-ignore lint/suspicious/noExplicitAny: the form of the vectors is that of their description.
type Vector = any

/** A check throws if the library disagrees with a value of a vector. */
const CHECKS: Readonly<Record<string, (vector: Vector) => Promise<void> | void>> = {
  'passive-client-welcome': followGroup,
  'passive-client-handling-commit': followGroup,
  'passive-client-random': followGroup,
  'crypto-basics': checkBasics,
  deserialization: ({ vlbytes_header, length }) => {
    const header = hexToBytes(vlbytes_header)
    expect(determineLength(header)).toEqual({ length, lengthFieldSize: header.length })
  },
  'key-schedule': checkKeySchedule,
  'message-protection': checkProtection,
  messages: checkMessages,
  psk_secret: async vector => {
    const keys = vector.psks.map(({ psk_id, psk, psk_nonce }: Vector) => [
      { psktype: 'external', pskId: hexToBytes(psk_id), pskNonce: hexToBytes(psk_nonce) },
      hexToBytes(psk),
    ]) as [PreSharedKeyID, Uint8Array][]
    expect(bytesToHex(await computePskSecret(keys, suite))).toBe(vector.psk_secret)
  },
  'secret-tree': checkSecretTree,
  'transcript-hashes': checkTranscript,
  'tree-math': checkTreeMath,
  'tree-operations': checkTreeOperation,
  'tree-validation': checkTree,
  treekem: checkTreeKem,
  welcome: checkWelcome,
}

/** Values that may be wrong without failing a check, and the reason. */
const UNCHECKED: Readonly<Record<string, readonly string[]>> = {
  // A passive client signs nothing, and opens nothing with its leaf before the first commit.
  'passive-client-welcome': ['signature_priv', 'encryption_priv'],
  'passive-client-handling-commit': ['signature_priv'],
  // Only its prefix counts, RFC 9420, section 6.3.2.
  'secret-tree': ['sender_data.ciphertext'],
  // An update is of the leaf of its sender; the other proposals are not.
  'tree-operations': ['proposal_sender'],
}

describe.skipIf(!isHere).each(Object.entries(CHECKS))('the vectors %s', (name, check) => {
  test('are as the library has it', async () => {
    const vectors = read(name)
    expect(vectors.length).toBeGreaterThan(0)
    for (const vector of vectors) await check(vector)
  })

  // It is one long conversation, with the same checks as the other two.
  if (name === 'passive-client-random') return
  test('are refused if one value is another', async () => {
    const accepted: string[] = []
    for (const { path, changed } of changes(name))
      try {
        await check(changed)
        accepted.push(path)
      } catch {}
    expect(accepted).toEqual(UNCHECKED[name] ?? [])
  })
})

function read(name: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'))
}

/** Copies of the smallest vector with the most fields, each with another value in one place. */
function* changes(name: string): Generator<{ path: string; changed: Vector }> {
  const vectors = read(name)
  const places = (vector: Vector) =>
    [...leaves(vector)].filter(({ path }) => !path.startsWith('cipher_suite'))
  const names = (vector: Vector) => new Set(places(vector).map(({ path }) => path.replace(/\d+/g, '#')))
  const most = Math.max(...vectors.map(vector => names(vector).size))
  const smallest = vectors
    .filter(vector => names(vector).size === most)
    .reduce((one, other) => (places(other).length < places(one).length ? other : one))
  // One of each kind of place: a tree has many alike.
  const seen = new Set<string>()
  for (const { path, steps, value } of places(smallest)) {
    const kind = path.replace(/\d+/g, '#')
    if (seen.has(kind)) continue
    seen.add(kind)
    const changed = structuredClone(smallest)
    const parent = steps.slice(0, -1).reduce((within: Vector, step) => within[step], changed)
    parent[steps.at(-1)!] = other(value, name)
    yield { path, changed }
  }
}

/** All non-empty values in a vector. */
function* leaves(
  value: Vector,
  steps: readonly (string | number)[] = [],
): Generator<{ path: string; steps: readonly (string | number)[]; value: string | number }> {
  if (typeof value === 'number' || (typeof value === 'string' && value))
    yield { path: steps.join('.'), steps, value }
  else if (Array.isArray(value)) for (const [at, each] of value.entries()) yield* leaves(each, [...steps, at])
  else if (value && typeof value === 'object')
    for (const [key, each] of Object.entries(value)) yield* leaves(each, [...steps, key])
}

function other(value: string | number, name: string): string | number {
  if (typeof value === 'number') return value + 1
  // These concern the encoding only.
  if (name === 'messages') return value.slice(0, -2)
  // The middle: a key of X25519 is the same with some of its first and last bits changed.
  const at = value.length >> 1
  return value.slice(0, at) + (value[at] === '1' ? '2' : '1') + value.slice(at + 1)
}

async function followGroup(vector: Vector): Promise<void> {
  const psks = Object.fromEntries(
    vector.external_psks.map((each: Record<string, string>) => [
      bytesToBase64(hexToBytes(each.psk_id!)),
      hexToBytes(each.psk!),
    ]),
  )
  const keyPackage = message(vector.key_package, 'mls_key_package').keyPackage
  const keys: PrivateKeyPackage = {
    initPrivateKey: hexToBytes(vector.init_priv),
    hpkePrivateKey: hexToBytes(vector.encryption_priv),
    signaturePrivateKey: hexToBytes(vector.signature_priv),
  }
  const tree = vector.ratchet_tree ? decodeRatchetTree(hexToBytes(vector.ratchet_tree), 0)![0] : undefined
  let state = await joinGroup(
    message(vector.welcome, 'mls_welcome').welcome,
    keyPackage,
    keys,
    makePskIndex(undefined, psks),
    suite,
    tree,
    undefined,
    {
      ...defaultClientConfig,
      keyRetentionConfig: { ...defaultClientConfig.keyRetentionConfig, retainKeysForEpochs: 64 },
    },
  )
  expect(authenticator(state)).toBe(vector.initial_epoch_authenticator)
  for (const epoch of vector.epochs) {
    for (const proposal of epoch.proposals) state = await process(state, proposal, psks)
    state = await process(state, epoch.commit, psks)
    expect(authenticator(state)).toBe(epoch.epoch_authenticator)
  }
}

async function checkBasics(vector: Vector): Promise<void> {
  const { ref_hash, expand_with_label, derive_secret, derive_tree_secret, sign_with_label } = vector
  expect(bytesToHex(await refhash(ref_hash.label, hexToBytes(ref_hash.value), hash))).toBe(ref_hash.out)
  {
    const { secret, label, context, length, out } = expand_with_label
    const expanded = await expandWithLabel(hexToBytes(secret), label, hexToBytes(context), length, kdf)
    expect(bytesToHex(expanded)).toBe(out)
  }
  {
    const { secret, label, out } = derive_secret
    expect(bytesToHex(await deriveSecret(hexToBytes(secret), label, kdf))).toBe(out)
  }
  {
    const { secret, label, generation, length, out } = derive_tree_secret
    const derived = await deriveTreeSecret(hexToBytes(secret), label, generation, length, kdf)
    expect(bytesToHex(derived)).toBe(out)
  }
  {
    const { priv, pub, label } = sign_with_label
    const content = hexToBytes(sign_with_label.content)
    const own = await signWithLabel(hexToBytes(priv), label, content, signature)
    for (const signed of [hexToBytes(sign_with_label.signature), own])
      expect(await verifyWithLabel(hexToBytes(pub), label, content, signed, signature)).toBe(true)
  }
  {
    const { priv, pub, label, plaintext, kem_output, ciphertext } = vector.encrypt_with_label
    const key = await hpke.importPrivateKey(hexToBytes(priv))
    const context = hexToBytes(vector.encrypt_with_label.context)
    const publicKey = await hpke.importPublicKey(hexToBytes(pub))
    const own = await encryptWithLabel(publicKey, label, context, hexToBytes(plaintext), hpke)
    for (const { ct, enc } of [{ ct: hexToBytes(ciphertext), enc: hexToBytes(kem_output) }, own])
      expect(bytesToHex(await decryptWithLabel(key, label, context, enc, ct, hpke))).toBe(plaintext)
  }
}

async function checkKeySchedule(vector: Vector): Promise<void> {
  let initSecret: Uint8Array = hexToBytes(vector.initial_init_secret)
  for (const [at, epoch] of vector.epochs.entries()) {
    const context: GroupContext = {
      ...contextOf({ ...vector, ...epoch, epoch: at }),
      treeHash: hexToBytes(epoch.tree_hash),
    }
    expect(bytesToHex(encodeGroupContext(context))).toBe(epoch.group_context)
    const decoded = decodeGroupContext(hexToBytes(epoch.group_context), 0)![0]
    const [commit, psk] = [hexToBytes(epoch.commit_secret), hexToBytes(epoch.psk_secret)]
    const { keySchedule, ...secrets } = await initializeEpoch(initSecret, commit, decoded, psk, kdf)
    const { exporterSecret, externalSecret } = keySchedule
    const { label, context: exported, length, secret } = epoch.exporter
    const external = await hpke.deriveKeyPair(externalSecret)
    const derived = {
      joiner_secret: secrets.joinerSecret,
      welcome_secret: secrets.welcomeSecret,
      encryption_secret: secrets.encryptionSecret,
      init_secret: keySchedule.initSecret,
      sender_data_secret: keySchedule.senderDataSecret,
      exporter_secret: exporterSecret,
      epoch_authenticator: keySchedule.epochAuthenticator,
      external_secret: externalSecret,
      confirmation_key: keySchedule.confirmationKey,
      membership_key: keySchedule.membershipKey,
      resumption_psk: keySchedule.resumptionPsk,
      external_pub: await hpke.exportPublicKey(external.publicKey),
    }
    for (const [name, value] of Object.entries(derived)) expect(bytesToHex(value), name).toBe(epoch[name])
    const exportedSecret = await mlsExporter(exporterSecret, label, hexToBytes(exported), length, suite)
    expect(bytesToHex(exportedSecret)).toBe(secret)
    initSecret = keySchedule.initSecret
  }
}

async function checkProtection(vector: Vector): Promise<void> {
  const SENDER = 1
  const context = contextOf(vector)
  const [signKey, publicKey, membershipKey, senderDataSecret] = [
    ...[vector.signature_priv, vector.signature_pub, vector.membership_key, vector.sender_data_secret],
  ].map(hexToBytes) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const secrets = () => createSecretTree(2, hexToBytes(vector.encryption_secret), kdf)
  const { keyRetentionConfig: retention, paddingConfig: padding } = defaultClientConfig
  const none = new Uint8Array()
  const openPublic = (bytes: Parameters<typeof unprotectPublicMessage>[3]) =>
    unprotectPublicMessage(membershipKey, context, [], bytes, suite, publicKey)
  const openPrivate = async (bytes: Parameters<typeof unprotectPrivateMessage>[1]) => {
    const tree = await secrets()
    const opened = await unprotectPrivateMessage(
      senderDataSecret,
      bytes,
      tree,
      [],
      context,
      retention,
      suite,
      publicKey,
    )
    return opened.content
  }
  const [publicOf, privateOf] = [
    (hex: string) => message(hex, 'mls_public_message').publicMessage,
    (hex: string) => message(hex, 'mls_private_message').privateMessage,
  ]

  const proposal = decode(proposals.decodeProposal, vector.proposal)
  const ownPublic = await protectProposalPublic(
    ...([signKey, membershipKey, context, none, proposal, SENDER, suite] as const),
  )
  const ownPrivate = await protectProposal(
    ...([
      signKey,
      senderDataSecret,
      proposal,
      none,
      context,
      await secrets(),
      SENDER,
      padding,
      suite,
    ] as const),
  )
  const proposed = [
    await openPublic(publicOf(vector.proposal_pub)),
    await openPrivate(privateOf(vector.proposal_priv)),
    await openPublic(ownPublic.publicMessage),
    await openPrivate(ownPrivate.privateMessage),
  ]
  for (const { content } of proposed) {
    if (content.contentType !== 'proposal') throw new Error('The message has no proposal')
    expect(content.sender).toEqual({ senderType: 'member', leafIndex: SENDER })
    expect(bytesToHex(proposals.encodeProposal(content.proposal))).toBe(vector.proposal)
  }

  const commit = decode(decodeCommit, vector.commit)
  const signCommit = async (wireformat: 'mls_public_message' | 'mls_private_message') => {
    const sender = { senderType: 'member', leafIndex: SENDER } as const
    const { framedContent: content, signature: signed } = await createContentCommitSignature(
      ...([context, wireformat, commit, sender, none, signKey, signature] as const),
    )
    const confirmationTag = await createConfirmationTag(none, none, hash)
    const auth = { contentType: 'commit' as const, signature: signed, confirmationTag }
    return { wireformat, content, auth }
  }
  const forPrivate = await signCommit('mls_private_message')
  const privateCommit = { ...forPrivate.content, auth: forPrivate.auth }
  const ownCommit = await protect(
    ...([senderDataSecret, none, context, await secrets(), privateCommit, SENDER, padding, suite] as const),
  )
  const committed = [
    await openPublic(publicOf(vector.commit_pub)),
    await openPrivate(privateOf(vector.commit_priv)),
    await openPublic(
      await protectPublicMessage(membershipKey, context, await signCommit('mls_public_message'), suite),
    ),
    await openPrivate(ownCommit.privateMessage),
  ]
  for (const { content } of committed) {
    if (content.contentType !== 'commit') throw new Error('The message has no commit')
    expect(bytesToHex(encodeCommit(content.commit))).toBe(vector.commit)
  }

  const application = hexToBytes(vector.application)
  const ownApplication = await protectApplicationData(
    ...([signKey, senderDataSecret, application, none, context, await secrets()] as const),
    ...([SENDER, padding, suite] as const),
  )
  for (const each of [privateOf(vector.application_priv), ownApplication.privateMessage]) {
    const { content } = await openPrivate(each)
    if (content.contentType !== 'application') throw new Error('The message has no text')
    expect(bytesToHex(content.applicationData)).toBe(vector.application)
  }
}

/** Parts of messages that are not separate messages. */
const PARTS: Readonly<Record<string, (hex: string) => string>> = {
  ratchet_tree: hex => again(decodeRatchetTree, encodeRatchetTree, hex),
  group_secrets: hex => again(decodeGroupSecrets, encodeGroupSecrets, hex),
  add_proposal: hex => again(proposals.decodeAdd, proposals.encodeAdd, hex),
  update_proposal: hex => again(proposals.decodeUpdate, proposals.encodeUpdate, hex),
  remove_proposal: hex => again(proposals.decodeRemove, proposals.encodeRemove, hex),
  pre_shared_key_proposal: hex => again(proposals.decodePSK, proposals.encodePSK, hex),
  re_init_proposal: hex => again(proposals.decodeReinit, proposals.encodeReinit, hex),
  external_init_proposal: hex => again(proposals.decodeExternalInit, proposals.encodeExternalInit, hex),
  group_context_extensions_proposal: hex =>
    again(proposals.decodeGroupContextExtensions, proposals.encodeGroupContextExtensions, hex),
  commit: hex => again(decodeCommit, encodeCommit, hex),
}

function checkMessages(vector: Vector): void {
  for (const [name, hex] of Object.entries<string>(vector)) {
    const part = PARTS[name] ?? ((bytes: string) => again(decodeMlsMessage, encodeMlsMessage, bytes))
    expect(part(hex), name).toBe(hex)
  }
}

async function checkSecretTree(vector: Vector): Promise<void> {
  const [secret, ciphertext] = [vector.sender_data.sender_data_secret, vector.sender_data.ciphertext].map(
    hexToBytes,
  )
  expect(bytesToHex(await expandSenderDataKey(suite, secret!, ciphertext!))).toBe(vector.sender_data.key)
  expect(bytesToHex(await expandSenderDataNonce(suite, secret!, ciphertext!))).toBe(vector.sender_data.nonce)
  const tree = await createSecretTree(vector.leaves.length, hexToBytes(vector.encryption_secret), kdf)
  for (const [leaf, generations] of vector.leaves.entries())
    for (const { generation, ...expected } of generations)
      for (const kind of ['application', 'handshake'] as const) {
        const config = { ...defaultClientConfig.keyRetentionConfig, maximumForwardRatchetSteps: 1000 }
        const [ratchet] = await ratchetUntil(tree[2 * leaf]![kind], generation, config, kdf)
        const key = await deriveKey(ratchet.secret, generation, suite)
        const nonce = await deriveNonce(ratchet.secret, generation, suite)
        expect(bytesToHex(key)).toBe(expected[`${kind}_key`])
        expect(bytesToHex(nonce)).toBe(expected[`${kind}_nonce`])
      }
}

async function checkTranscript(vector: Vector): Promise<void> {
  const { auth, content, wireformat } = decode(decodeAuthenticatedContent, vector.authenticated_content)
  const whole = encodeAuthenticatedContent({ auth, content, wireformat } as AuthenticatedContent)
  expect(bytesToHex(whole)).toBe(vector.authenticated_content)
  if (content.contentType !== 'commit' || auth.contentType !== 'commit')
    throw new Error('It has another content')
  const before = hexToBytes(vector.interim_transcript_hash_before)
  const confirmed = await createConfirmedHash(
    before,
    { wireformat, content, signature: auth.signature },
    hash,
  )
  const key = hexToBytes(vector.confirmation_key)
  expect(bytesToHex(confirmed)).toBe(vector.confirmed_transcript_hash_after)
  expect(await verifyConfirmationTag(key, auth.confirmationTag, confirmed, hash)).toBe(true)
  const interim = await createInterimHash(confirmed, auth.confirmationTag, hash)
  expect(bytesToHex(interim)).toBe(vector.interim_transcript_hash_after)
}

function checkTreeMath({ n_leaves: width, n_nodes, root, left, right, parent, sibling }: Vector): void {
  expect([treeMath.nodeWidth(width), treeMath.leafWidth(n_nodes)]).toEqual([n_nodes, width])
  expect([treeMath.root(width), treeMath.rootFromNodeWidth(n_nodes)]).toEqual([root, root])
  const all = (of: (node: treeMath.NodeIndex) => number) =>
    Array.from({ length: n_nodes }, (_, node) => {
      try {
        return of(toNodeIndex(node))
      } catch {
        return null
      }
    })
  expect(all(treeMath.left)).toEqual(left)
  expect(all(treeMath.right)).toEqual(right)
  expect(all(node => treeMath.parent(node, width))).toEqual(parent)
  expect(all(node => treeMath.sibling(node, width))).toEqual(sibling)
}

async function checkTreeOperation(vector: Vector): Promise<void> {
  const before = decode(decodeRatchetTree, vector.tree_before)
  expect(bytesToHex(await treeHashRoot(before, hash))).toBe(vector.tree_hash_before)
  const after = apply(before, decode(proposals.decodeProposal, vector.proposal), vector.proposal_sender)
  expect(bytesToHex(encodeRatchetTree(after))).toBe(vector.tree_after)
  expect(bytesToHex(await treeHashRoot(after, hash))).toBe(vector.tree_hash_after)
}

function apply(tree: RatchetTree, proposal: Proposal, sender: number): RatchetTree {
  if (proposal.proposalType === 'add') return addLeafNode(tree, proposal.add.keyPackage.leafNode)[0]
  if (proposal.proposalType === 'update')
    return updateLeafNode(tree, proposal.update.leafNode, toLeafIndex(sender))
  if (proposal.proposalType === 'remove') return removeLeafNode(tree, toLeafIndex(proposal.remove.removed))
  throw new Error('The proposal changes no tree')
}

async function checkTree(vector: Vector): Promise<void> {
  const tree = decode(decodeRatchetTree, vector.tree)
  expect(tree).toHaveLength(vector.tree_hashes.length)
  for (const [at, node] of tree.entries()) {
    expect(resolution(tree, toNodeIndex(at))).toEqual(vector.resolutions[at])
    expect(bytesToHex(await treeHash(tree, toNodeIndex(at), hash))).toBe(vector.tree_hashes[at])
    const group = hexToBytes(vector.group_id)
    if (node?.nodeType === 'leaf')
      expect(await verifyLeafNodeSignature(node.leaf, group, at / 2, signature)).toBe(true)
  }
  expect(await verifyParentHashes(tree, hash)).toBe(true)
}

async function checkTreeKem(vector: Vector): Promise<void> {
  const tree = decode(decodeRatchetTree, vector.ratchet_tree)
  expect(await verifyParentHashes(tree, hash)).toBe(true)
  const members = new Map<number, Awaited<ReturnType<typeof toPrivateKeyPath>>>()
  for (const { index, encryption_priv, path_secrets } of vector.leaves_private) {
    const secrets = path_secrets.map(({ node, path_secret }: Vector) => [node, hexToBytes(path_secret)])
    const path = await toPrivateKeyPath(Object.fromEntries(secrets), index, suite)
    path.privateKeys[2 * index] = hexToBytes(encryption_priv)
    for (const [node, key] of Object.entries(path.privateKeys)) {
      const opened = await hpke.importPrivateKey(key)
      const { ct, enc } = await hpke.seal(
        await hpke.importPublicKey(getHpkePublicKey(tree[Number(node)]!)),
        ...([new Uint8Array(1), new Uint8Array()] as const),
      )
      expect(await hpke.open(opened, enc, ct, new Uint8Array())).toEqual(new Uint8Array(1))
    }
    members.set(index, path)
  }
  /**
   * Applies a path for all members. Returns the tree and the path secret of each, all of which lead
   * to `commitSecret`.
   */
  const applyForAll = async (path: UpdatePath, sender: number, commitSecret: string | null) => {
    const leaf = toLeafIndex(sender)
    expect(await verifyLeafNodeSignature(path.leafNode, hexToBytes(vector.group_id), leaf, signature)).toBe(
      true,
    )
    const updated = await applyUpdatePath(tree, leaf, path, hash)
    expect(await verifyParentHashes(updated, hash)).toBe(true)
    const context = { ...contextOf(vector), treeHash: await treeHashRoot(updated, hash) }
    const secrets = new Map<number, string>()
    let common = commitSecret
    for (const [index, own] of members) {
      if (index === sender) continue
      const { nodeIndex, pathSecret } = await applyUpdatePathSecret(tree, own, leaf, context, path, [], suite)
      secrets.set(index, bytesToHex(pathSecret))
      const reached = bytesToHex(await getCommitSecret(updated, nodeIndex, pathSecret, kdf))
      common ??= reached
      expect(reached).toBe(common)
    }
    return { updated, secrets }
  }
  for (const update of vector.update_paths) {
    const path = decode(decodeUpdatePath, update.update_path)
    expect(bytesToHex(encodeUpdatePath(path))).toBe(update.update_path)
    const { updated, secrets } = await applyForAll(path, update.sender, update.commit_secret)
    expect(bytesToHex(await treeHashRoot(updated, hash))).toBe(update.tree_hash_after)
    for (const [index, expected] of update.path_secrets.entries())
      expect(secrets.get(index) ?? null).toBe(expected)
    const { signature_priv } = vector.leaves_private.find(({ index }: Vector) => index === update.sender)
    // The library counts the epoch of a new path itself.
    const context = contextOf({ ...vector, epoch: vector.epoch - 1 })
    const [, own] = await createUpdatePath(
      ...([tree, toLeafIndex(update.sender), context, hexToBytes(signature_priv), suite] as const),
    )
    await applyForAll(own, update.sender, null)
  }
}

async function checkWelcome(vector: Vector): Promise<void> {
  const { welcome } = message(vector.welcome, 'mls_welcome')
  const { keyPackage } = message(vector.key_package, 'mls_key_package')
  const [key, reference] = [
    await hpke.importPrivateKey(hexToBytes(vector.init_priv)),
    await makeKeyPackageRef(keyPackage, hash),
  ]
  const { joinerSecret } = (await decryptGroupSecrets(key, reference, welcome, hpke))!
  const none = new Uint8Array(kdf.size)
  const info = (await decryptGroupInfo(welcome, joinerSecret, none, suite))!
  expect(await verifyGroupInfoSignature(info, hexToBytes(vector.signer_pub), signature)).toBe(true)
  expect(await verifyGroupInfoConfirmationTag(info, joinerSecret, none, suite)).toBe(true)
}

/** The context of a group without extensions. */
function contextOf(vector: Vector): GroupContext {
  return {
    ...({ version: 'mls10', cipherSuite: suite.name, extensions: [] } as const),
    groupId: hexToBytes(vector.group_id),
    epoch: BigInt(vector.epoch),
    treeHash: hexToBytes(vector.tree_hash ?? ''),
    confirmedTranscriptHash: hexToBytes(vector.confirmed_transcript_hash),
  }
}

async function process(
  state: ClientState,
  hex: string,
  psks: Record<string, Uint8Array>,
): Promise<ClientState> {
  const [read] = decodeMlsMessage(hexToBytes(hex), 0) ?? []
  const index = makePskIndex(state, psks)
  if (read?.wireformat === 'mls_public_message')
    return (await processPublicMessage(state, read.publicMessage, index, suite)).newState
  if (read?.wireformat === 'mls_private_message')
    return (await processPrivateMessage(state, read.privateMessage, index, suite)).newState
  throw new Error('The vector has no message')
}

function message<Format extends NonNullable<ReturnType<typeof decodeMlsMessage>>[0]['wireformat']>(
  hex: string,
  format: Format,
) {
  const [read] = decodeMlsMessage(hexToBytes(hex), 0) ?? []
  if (read?.wireformat !== format) throw new Error(`The vector has no ${format}`)
  return read as Extract<typeof read, { wireformat: Format }>
}

/** Decodes all bytes. */
function decode<T>(decoder: Decoder<T>, hex: string): T {
  const bytes = hexToBytes(hex)
  const [read, length] = decoder(bytes, 0) ?? []
  expect(length).toBe(bytes.length)
  return read!
}

function again<T>(decoder: Decoder<T>, encoder: Encoder<T>, hex: string): string {
  return bytesToHex(encoder(decode(decoder, hex)))
}

function authenticator(state: ClientState): string {
  return bytesToHex(state.keySchedule.epochAuthenticator)
}
