import { z } from 'zod'
import type { Contract, Merged, Setting } from './contract.ts'
import { CONTRACTS } from './contracts.ts'
import { ANSWERS, GIVEN } from './schemas/names.ts'

type DescribedSections = (typeof CONTRACTS)[number] extends infer Each
  ? Each extends { readonly settings: infer Sections }
    ? Sections
    : never
  : never
type SectionName = DescribedSections extends infer Each ? (Each extends unknown ? keyof Each : never) : never
type Members<Section extends SectionName> = Merged<
  DescribedSections extends infer Each
    ? Each extends { readonly [Name in Section]: infer Some }
      ? Some
      : never
    : never
>
type SchemaOf<Section extends SectionName> = z.ZodObject<
  {
    [Member in keyof Members<Section>]: Members<Section>[Member] extends Setting<infer Schema>
      ? Schema
      : never
  },
  z.core.$strip
>

/** Sections in display order. Others follow. */
const ORDER = [
  'downloads',
  'network',
  'shoal',
  'limits',
  'queue',
  'seeding',
  'automation',
  'search',
  'privacy',
]

function sections(): Map<string, Record<string, Setting>> {
  const contracts: readonly Contract[] = CONTRACTS
  const all = new Map(ORDER.map(name => [name, {}]))
  for (const { settings = {} } of contracts)
    for (const [name, members] of Object.entries(settings)) all.set(name, { ...all.get(name), ...members })
  return all
}

function bySection<Value>(make: (members: Record<string, Setting>) => Value): Record<string, Value> {
  return Object.fromEntries([...sections()].map(([name, members]) => [name, make(members)]))
}

const shapes = bySection(members =>
  z.object(Object.fromEntries(Object.entries(members).map(([name, { schema }]) => [name, schema]))),
)

/** All settings that can be changed while a node runs, by section. */
export const Settings = z
  .object(shapes as unknown as { [Section in SectionName]: SchemaOf<Section> })
  .register(ANSWERS, { id: 'Settings' })
export type Settings = z.infer<typeof Settings>

/** Any part of the settings. Omitted members keep their values. */
export const SettingsChange = z
  .object(
    Object.fromEntries(
      Object.entries(shapes).map(([name, schema]) => [name, schema.partial().optional()]),
    ) as unknown as {
      [Section in SectionName]: z.ZodOptional<
        z.ZodObject<
          { [Member in keyof SchemaOf<Section>['shape']]: z.ZodOptional<SchemaOf<Section>['shape'][Member]> },
          z.core.$strip
        >
      >
    },
  )
  .register(GIVEN, { id: 'SettingsChange' })
export type SettingsChange = z.input<typeof SettingsChange>

/** The settings of a fresh node, without the download folder, which depends on the machine. */
export const DEFAULT_SETTINGS = bySection(members =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([, { defaultValue }]) => defaultValue !== undefined)
      .map(([name, { defaultValue }]) => [name, defaultValue]),
  ),
) as Omit<Settings, 'downloads'> & { downloads: Omit<Settings['downloads'], 'directory'> }
