import { texts } from '../../shared/messages/texts.ts'
import type { SettingField } from './model.ts'

/** The name and explanation of a setting: the contract's, unless the catalogue says them in another language. */
export function textOf(field: SettingField): { title: string; description: string } {
  return texts.settings.fields[field.name] ?? field
}

export function optionText(field: SettingField, option: string): string {
  return texts.settings.options[`${field.name}.${option}`] ?? option
}

export function sectionText(name: string): string {
  return texts.settings.sections[name] ?? name
}

/** All words by which a setting can be found. */
export function searchedText(field: SettingField): string {
  const { title, description } = textOf(field)
  const options = field.options.map(option => optionText(field, option))
  return [sectionText(field.section), title, description, ...options].join(' ')
}
