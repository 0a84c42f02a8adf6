import { type Settings, SettingsChange, Settings as SettingsSchema } from '@shoal/api'
import { describeIssue } from '@shoal/api/issues'
import type { z } from 'zod'

/**
 * The settings page is generated from the schema of the contract: a setting that is added there
 * appears here, with its name, explanation and bounds.
 */
type FieldKind =
  | 'boolean'
  | 'choice'
  | 'integer'
  | 'number'
  | 'path'
  | 'rate'
  | 'text'
  | 'schedule'
  | 'entries'
  | 'arguments'
  | 'lines'

export interface SettingField {
  /** `network.port` */
  readonly name: string
  readonly section: SectionName
  readonly member: string
  readonly kind: FieldKind
  readonly nullable: boolean
  readonly title: string
  readonly description: string
  readonly min: number | null
  readonly max: number | null
  /** The values of a choice. */
  readonly options: readonly string[]
}

type SectionName = keyof Settings

/** Props of the control of a setting. */
export interface ControlProps {
  readonly id: string
  readonly field: SettingField
  readonly value: unknown
  readonly title: string
  readonly disabled: boolean
  readonly invalid: boolean
  /** Index of the invalid entry of a list, from 0. */
  readonly wrongEntry: number | null
  readonly describedBy: string | undefined
  onChange(value: unknown): void
  /** Reports why the text is not a valid value; null when it is valid again. */
  onWrong(message: string | null): void
}

/** Returns the props that the input of a setting receives from its control. */
export function inputProps({ id, disabled, invalid, describedBy }: ControlProps) {
  return { id, disabled, invalid, describedBy }
}

export interface SettingSection {
  readonly name: SectionName
  readonly fields: readonly SettingField[]
}

export const SECTIONS: readonly SettingSection[] = Object.entries(SettingsSchema.shape).map(
  ([name, schema]) => ({
    name: name as SectionName,
    fields: Object.entries(schema.shape).map(([member, field]) =>
      toField(name as SectionName, member, field),
    ),
  }),
)

function toField(section: SectionName, member: string, schema: z.ZodType): SettingField {
  const meta = schema.meta()
  const { inner, nullable } = bare(schema)
  const { minimum, maximum, enum: options } = inner.toJSONSchema() as Bounds
  return {
    name: `${section}.${member}`,
    section,
    member,
    kind: kindOf(member, inner),
    nullable,
    title: meta?.title ?? member,
    description: meta?.description ?? '',
    min: minimum ?? null,
    max: maximum ?? null,
    options: options ?? [],
  }
}

interface Bounds {
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
}

function bare(schema: z.ZodType): { inner: z.ZodType; nullable: boolean } {
  // Rate limits are pipes: their input schema converts 0 to null.
  if (schema.type === 'pipe') return bare((schema as unknown as z.ZodPipe<z.ZodType, z.ZodType>).out)
  if (schema.type !== 'nullable') return { inner: schema, nullable: false }
  return { inner: (schema as z.ZodNullable<z.ZodType>).unwrap(), nullable: true }
}

function kindOf(member: string, schema: z.ZodType): FieldKind {
  if (member.endsWith('BytesPerSecond') || /^(down|up)loadBytes/.test(member)) return 'rate'
  if (schema.type === 'boolean') return 'boolean'
  if (schema.type === 'enum') return 'choice'
  if (schema.type === 'number')
    return (schema.toJSONSchema() as Bounds).type === 'integer' ? 'integer' : 'number'
  if (schema.type === 'array') return chooseListKind(member, schema as z.ZodArray<z.ZodType>)
  return /(directory|database)$/i.test(member) ? 'path' : 'text'
}

function chooseListKind(member: string, { element }: z.ZodArray<z.ZodType>): FieldKind {
  if (element.type !== 'object') return member === 'onComplete' ? 'arguments' : 'lines'
  return 'from' in (element as z.ZodObject).shape ? 'schedule' : 'entries'
}

export function settingIn(settings: Settings, field: SettingField): unknown {
  return (settings[field.section] as Record<string, unknown>)[field.member]
}

/** Returns settings in which one has another value. */
export function withSetting(settings: Settings, field: SettingField, value: unknown): Settings {
  return { ...settings, [field.section]: { ...settings[field.section], [field.member]: value } }
}

/** Returns the change that gives one setting another value. */
export function toChange(field: SettingField, value: unknown): SettingsChange {
  return { [field.section]: { [field.member]: value } } as SettingsChange
}

/** Merges several changes into one. */
export function toChanges(values: readonly (readonly [SettingField, unknown])[]): SettingsChange {
  const change: Record<string, Record<string, unknown>> = {}
  for (const [field, value] of values) {
    change[field.section] = { ...change[field.section], [field.member]: value }
  }
  return change as SettingsChange
}

/** Why a value is invalid for a setting. */
export interface SettingProblem {
  readonly message: string
  /** The index in a list, from 0. */
  readonly entry: number | null
}

/** Returns why a value is invalid, in English as from the node, or null if it is valid. */
export function problemWith(field: SettingField, value: unknown): SettingProblem | null {
  const change = toChange(field, value)
  const { error } = SettingsChange.safeParse(change)
  if (!error) return null
  const { message, field: place } = describeIssue(error, change)
  return { message, entry: entryOf(place) }
}

/**
 * Returns the list index in the name of a field, from 0: 2 for `limits.schedule.2.from`. Returns
 * null if there is none.
 */
export function entryOf(name: string | undefined): number | null {
  const part = name?.split('.')[2]
  return part !== undefined && /^\d+$/.test(part) ? Number(part) : null
}

/**
 * Returns the setting that an error of the node names: `limits.schedule.0.days` belongs to
 * `limits.schedule`.
 */
export function fieldNamed(name: string | undefined): SettingField | undefined {
  if (name === undefined) return undefined
  const [section, member] = name.split('.')
  return SECTIONS.find(each => each.name === section)?.fields.find(field => field.member === member)
}

/** Returns the sections with only those settings whose texts contain all the words. */
export function sectionsMatching(
  text: string,
  textOf: (field: SettingField) => string,
): readonly SettingSection[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return SECTIONS
  const matches = (field: SettingField) => {
    const searched = `${textOf(field)} ${field.name}`.toLowerCase()
    return words.every(word => searched.includes(word))
  }
  return SECTIONS.map(section => ({ ...section, fields: section.fields.filter(matches) })).filter(
    ({ fields }) => fields.length > 0,
  )
}
