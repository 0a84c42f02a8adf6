import { type Settings, SettingsChange, Settings as SettingsSchema } from '@shoal/api'
import { describeIssue } from '@shoal/api/issues'
import type { z } from 'zod'

/**
 * The settings page is made of the contract's schema: a setting that is added there appears here, with its name, explanation and bounds.
 */
export type FieldKind =
  | 'boolean'
  | 'choice'
  | 'integer'
  | 'number'
  | 'path'
  | 'rate'
  | 'text'
  | 'schedule'
  | 'watch'
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

export type SectionName = keyof Settings

/** Props of the control of a setting. */
export interface ControlProps {
  readonly id: string
  readonly field: SettingField
  readonly value: unknown
  readonly title: string
  readonly disabled: boolean
  readonly invalid: boolean
  /** The entry of a list that is wrong, from 0. */
  readonly wrongEntry: number | null
  readonly describedBy: string | undefined
  onChange(value: unknown): void
  /** Reports why the text is not a value of this kind; null once it is one again. */
  onWrong(message: string | null): void
}

/** Returns what the input of a setting has from its control. */
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
  // A rate limit reads 0 as null first.
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
  return 'from' in (element as z.ZodObject).shape ? 'schedule' : 'watch'
}

export function settingIn(settings: Settings, field: SettingField): unknown {
  return (settings[field.section] as Record<string, unknown>)[field.member]
}

/** Settings in which one has another value. */
export function withSetting(settings: Settings, field: SettingField, value: unknown): Settings {
  return { ...settings, [field.section]: { ...settings[field.section], [field.member]: value } }
}

/** The change that gives one setting another value. */
export function toChange(field: SettingField, value: unknown): SettingsChange {
  return { [field.section]: { [field.member]: value } } as SettingsChange
}

/** Several changes as one. */
export function toChanges(values: readonly (readonly [SettingField, unknown])[]): SettingsChange {
  const change: Record<string, Record<string, unknown>> = {}
  for (const [field, value] of values) {
    change[field.section] = { ...change[field.section], [field.member]: value }
  }
  return change as SettingsChange
}

/** Why a setting cannot have a value. */
export interface SettingProblem {
  readonly message: string
  /** The place in a list, from 0. */
  readonly entry: number | null
}

/** Why a value cannot be, in English as from the node; null when it can. */
export function problemWith(field: SettingField, value: unknown): SettingProblem | null {
  const change = toChange(field, value)
  const { error } = SettingsChange.safeParse(change)
  if (!error) return null
  const { message, field: place } = describeIssue(error, change)
  return { message, entry: entryOf(place) }
}

/** The entry of a list that a field names, from 0: 2 for `limits.schedule.2.from`. Null if it names none. */
export function entryOf(name: string | undefined): number | null {
  const part = name?.split('.')[2]
  return part !== undefined && /^\d+$/.test(part) ? Number(part) : null
}

/** The setting that a refusal of the node names: `limits.schedule.0.days` is of `limits.schedule`. */
export function fieldNamed(name: string | undefined): SettingField | undefined {
  if (name === undefined) return undefined
  const [section, member] = name.split('.')
  return SECTIONS.find(each => each.name === section)?.fields.find(field => field.member === member)
}

/** The sections with only those settings whose texts have all the words. */
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
