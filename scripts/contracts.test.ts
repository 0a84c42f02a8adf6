/** The contracts of node and hub make plausible statements about their operations. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  ACCESS,
  ALL_CONTRACTS,
  BYTE_ROUTES,
  type ByteRoute,
  type Contract,
  type ErrorTable,
  errorsOf,
  type Marks,
  markedPlaces,
  type NodeAccess,
  OPERATIONS,
  type Operation,
  type OperationTable,
  OWN_TEXTS,
  SECRETS,
  UNTRUSTED,
  USUAL_ERRORS,
} from '../packages/api/src/index.ts'
import { HUB_CONTRACTS, HUB_OPERATIONS } from '../packages/hub-api/src/index.ts'
import { errorCodes, sourcesUnder } from './error-texts.ts'

const NODE = OPERATIONS as Readonly<Record<string, Operation>>
const ALL: readonly (readonly [string, Pick<Operation, 'method' | 'effect'>])[] = [
  ...Object.entries({ ...NODE, ...BYTE_ROUTES }),
  ...Object.entries(HUB_OPERATIONS),
]

describe('effects', () => {
  test.each(ALL.filter(([, { method }]) => method === 'GET'))('%s changes nothing: it is a GET', (_, it) => {
    expect(['read', 'outside']).toContain(it.effect)
  })

  const loses = /^(?:remove|delete|forget|clear|dismiss|refuse|revoke|renew)(?=[A-Z])/
  test.each(ALL.filter(([name]) => loses.test(name)))('%s loses something', (_, { effect }) => {
    expect(effect).toBe('delete')
  })

  const harmless =
    /^(?:get|list|read|find|search|test|preview|probe|verify[A-Z]\w*Report|check[A-Z]\w*Invitation)(?=[A-Z]|$)/
  test.each(ALL.filter(([name]) => harmless.test(name)))('%s changes nothing', (_, { effect }) => {
    expect(['read', 'outside']).toContain(effect)
  })

  test.each(ALL.filter(([, { method }]) => ['PUT', 'PATCH', 'DELETE'].includes(method)))(
    '%s changes something',
    (_, { effect }) => expect(['write', 'delete', 'pay']).toContain(effect),
  )
})

describe('access', () => {
  const rules = Object.entries(NODE).map(
    ([name, { access = 'guest' }]) => [name, access as NodeAccess] as const,
  )

  test('those that only the owner may call are few, and named here so that none is lost', () => {
    const owned = rules.filter(([, access]) => access !== 'open' && access !== 'guest')
    expect(Object.fromEntries(owned)).toEqual({
      openUp: 'token',
      setPassword: { tokenOrPassword: 'present' },
      acceptDevices: { tokenWhileNull: 'listDevices.did' },
      forgetDevices: 'token',
      dismissDeviceAlarms: 'token',
    })
  })

  test('a rule names members that exist', () => {
    for (const [name, access] of rules) {
      if (typeof access === 'string') continue
      if ('tokenOrPassword' in access)
        expect(NODE[name]!.input.shape, name).toHaveProperty(access.tokenOrPassword)
      else {
        const [other, member] = access.tokenWhileNull.split('.') as [string, string]
        expect(NODE[other]!.input.safeParse({}).success, name).toBe(true)
        expect(Object.keys((NODE[other]!.output as Operation['input']).shape), name).toContain(member)
      }
    }
  })
})

test('an operation that changes what another answers takes parts of that', () => {
  for (const [name, { changes, input }] of Object.entries(NODE)) {
    if (changes === undefined) continue
    const { shape } = NODE[changes]!.output as Operation['input']
    expect(Object.keys(input.shape), name).toEqual(Object.keys(shape))
  }
})

describe('errors', () => {
  const BYTES = BYTE_ROUTES as Readonly<Record<string, ByteRoute>>
  const programs = [{ ...NODE, ...BYTES }, HUB_OPERATIONS as Readonly<Record<string, Operation>>]

  test.each(programs)('a code has one status in all operations of a program', operations => {
    const usual = { ...errorsOf(Object.values(operations)), ...USUAL_ERRORS }
    for (const [name, { errors = {} }] of Object.entries(operations))
      for (const [code, { status }] of Object.entries(errors)) {
        expect([name, code, status]).toEqual([name, code, usual[code]!.status])
      }
  })

  test.each(programs)('the member of an error is one of the input', operations => {
    for (const [name, { errors = {}, input }] of Object.entries(operations))
      for (const { field } of Object.values(errors))
        if (field !== undefined && !(name === 'uploadTorrent'))
          expect(input.shape, name).toHaveProperty(field)
  })

  /**
   * Error codes of the server that no operation returns, and where they occur. Those of a
   * capability are in its contract.
   */
  const OF_SERVER = { 'bad-token': 'the start' }

  const ELSEWHERE_AT_HUB: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    listings: {
      ...{ 'bad-picture': 'routes of bytes', 'bad-torrent': 'routes of bytes' },
      ...{
        credentials: 'Torznab',
        function: 'Torznab',
        incorrect: 'Torznab',
        limit: 'Torznab',
        missing: 'Torznab',
      },
    },
  }

  const codesUnder = (folder: string) =>
    sourcesUnder(folder)
      .filter(file => !/testing|compliance|suite/.test(file))
      .flatMap(file => errorCodes(readFileSync(file, 'utf8'), file))

  /**
   * Returns a capability's operations, and those that change settings if it has settings; all
   * operations if there are none.
   */
  function operationsOf({ operations = {}, settings }: Contract): Operation[] {
    const all = Object.values(operations)
    if (settings) all.push(...Object.values(NODE).filter(({ changes }) => changes !== undefined))
    return all.length > 0 ? all : Object.values(NODE)
  }

  const contracts: readonly Contract[] = ALL_CONTRACTS
  const folders: readonly {
    readonly name: string
    readonly operations: Iterable<{ errors?: ErrorTable }>
    readonly others?: Readonly<Record<string, string>> | undefined
  }[] = [
    ...contracts
      .filter(({ name }) => !['system', 'access'].includes(name))
      .map(it => ({ name: it.name, operations: operationsOf(it), others: it.otherErrors })),
    { name: 'kernel', operations: Object.values(NODE) },
    { name: 'system', operations: Object.values(NODE) },
    {
      name: 'server',
      operations: [
        ...[...Object.values(ACCESS.operations), ...Object.values(BYTES)],
        ...[NODE.setPassword!, NODE.changeSettings!],
      ],
      others: OF_SERVER,
    },
  ]

  test.each(folders)(
    'every code that $name throws is in the table of one of its operations',
    ({ name, operations, others = {} }) => {
      const listed = { ...errorsOf(operations), ...USUAL_ERRORS, ...others }
      const codes = new Set(
        codesUnder(
          existsSync(`capabilities/${name}`) ? `capabilities/${name}/node` : `apps/node/src/node/${name}`,
        ),
      )
      expect([...codes].filter(code => !Object.hasOwn(listed, code))).toEqual([])
      // Exceptions that are no longer needed.
      expect(Object.keys(others).filter(code => !codes.has(code))).toEqual([])
    },
  )

  test.each(HUB_CONTRACTS.filter(it => 'operations' in it))(
    'every code that $name of the hub throws is in the table of one of its operations',
    ({ name, operations }: { name: string; operations: OperationTable }) => {
      const listed = { ...errorsOf(Object.values(operations)), ...USUAL_ERRORS, ...ELSEWHERE_AT_HUB[name] }
      const codes = new Set(codesUnder(`apps/hub/src/${name === 'hub' ? 'about' : name}`))
      expect([...codes].filter(code => !Object.hasOwn(listed, code))).toEqual([])
    },
  )

  test('the scan sees the codes of errors', () => {
    const source = `
      class LinkError extends Error { constructor() { super('cut-short', 'x') } }
      throw new Failure('bad', 'x')
      throw new ShoalError(isFull ? 'no-space' : 'io', 'x')
      throw new Failure(code, 'x')
      throw new Error('Something is wrong')`
    expect(errorCodes(source, 'x.ts')).toEqual(['cut-short', 'bad', 'no-space', 'io'])
  })
})

describe('marks', () => {
  const isString = (schema: Operation['output']) => schema._zod.def.type === 'string'
  /** Finds all texts. */
  const TEXTS = { get: (schema: Operation['output']) => (isString(schema) ? true : undefined) }
  const operations: readonly (readonly [name: string, Operation])[] = [
    ...Object.entries(NODE),
    ...Object.entries<Operation>(HUB_OPERATIONS).map(([name, it]) => [`hub ${name}`, it] as const),
  ]
  const texts = (side: 'input' | 'output') =>
    operations.flatMap(([name, it]) => {
      const marked = (marks: Marks<unknown>) =>
        new Set(markedPlaces(marks, it[side]).map(({ field }) => field))
      const [secret, untrusted, own] = [marked(SECRETS), marked(UNTRUSTED), marked(OWN_TEXTS)]
      return markedPlaces(TEXTS, it[side]).map(({ field }) => ({
        ...{
          name,
          field,
          place: `${name}.${field}`,
          isSecret: secret.has(field),
          isUntrusted: untrusted.has(field),
          isOwn: own.has(field),
        },
      }))
    })

  test('only texts are marked as secrets, and as written by strangers', () => {
    for (const [name, it] of operations)
      for (const schema of [it.input, it.output]) {
        const all = new Set(markedPlaces(TEXTS, schema).map(({ field }) => field))
        for (const marks of [SECRETS, UNTRUSTED])
          for (const { field } of markedPlaces<unknown>(marks, schema)) expect(all, name).toContain(field)
      }
  })

  test('whatever is called a secret is marked as one', () => {
    const secret =
      /(?:^|\.)(?:password|present|passphrase|secret|token|identity|invitation|announceUrls\.\*|magnet|proxy)$/
    const missing = [...texts('input'), ...texts('output')].filter(
      ({ field, isSecret }) => secret.test(field) && !isSecret,
    )
    // Contains a placeholder for the passkey.
    expect(missing.map(({ place }) => place)).toEqual(['hub getTrackerAccount.announceUrls.*'])
  })

  /** Texts written by the user, this program or its owner, without a mark in the contract. */
  const OWN: readonly RegExp[] = [
    ...[/^(?:list|put)Labels?\./, /^\w*Uploads?\.name$/, /^listProtocols\./, /^listFolders\.path$/],
    // Names that the user chose for persons, nodes, devices, passkeys and links.
    ...[
      /\bperson\.name$/,
      /\bpublisher\.name$/,
      /\bnodes\.\*\.name$/,
      /^(?:listPeople\.items\.\*|updatePerson)\.name$/,
    ],
    ...[
      /^(?:list|accept|forget)Devices\./,
      /^dismissDeviceAlarms\./,
      /^(?:hub )?\w*Passkeys?\./,
      /^(?:get|set|clear)Profile\./,
    ],
    ...[/^(?:listPublications\.items\.\*|publish)\.(?:name|link)$/],
    ...[/^(?:listFollowed\.items\.\*|\w*[fF]ollow(?:ed)?)\.(?:name|link)$/],
    // The user's searches and invitations, and the node's own texts.
    ...[
      /^\w+Search\.text$/,
      /^inviteToHub\.link$/,
      /^getChat\.problem\.message$/,
      /\bmappings\.\*\.problem\.message$/,
    ],
    ...[/^getIpFilter\.path$/, /^reloadIpFilter\.path$/],
  ]

  test('what may quote strangers is marked by its name', () => {
    const quoting =
      /(?:^|\.)(?:name|title|comment|text|message|client|snippet|author|path|magnet|diskName|link|createdBy|description)$/
    const missing = texts('output').filter(
      ({ field, isUntrusted, isOwn }) => quoting.test(field) && !isUntrusted && !isOwn,
    )
    const places = missing.map(({ place }) => place)
    expect(places.filter(place => !OWN.some(own => own.test(place)))).toEqual([])
    // Exceptions that are no longer needed.
    expect(OWN.filter(own => !places.some(place => own.test(place)))).toEqual([])
  })
})
