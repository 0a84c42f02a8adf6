import { findText } from '@shoal/messages'
import { settingTexts } from '../../shared/messages/setting-texts.ts'
import { texts } from '../../shared/messages/texts.ts'
import type { SettingField } from './model.ts'

/**
 * Returns the title and description of a setting: those of the contract, which are English, or
 * their translation.
 */
export function describeField(field: SettingField): { readonly title: string; readonly description: string } {
  return settingTexts[field.name] ?? field
}

export function optionText(field: SettingField, option: string): string {
  return findText(texts.settings.options, `${field.name}.${option}`) ?? option
}

export function sectionText(name: string): string {
  const own = (texts as unknown as Readonly<Record<string, { readonly section?: string }>>)[name]
  return own?.section ?? findText(texts.settings.sections, name) ?? name
}

/** Returns all texts by which a setting can be found. */
export function searchedText(field: SettingField): string {
  const { title, description } = describeField(field)
  const options = field.options.map(option => optionText(field, option))
  return [sectionText(field.section), title, description, ...options].join(' ')
}
