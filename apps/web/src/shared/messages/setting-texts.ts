import { language } from './language.ts'

/** Titles and descriptions of settings, by their names (`network.port`). */
type SettingTexts = Readonly<Record<string, { readonly title: string; readonly description: string }>>

const loads = {
  /** English texts are in the contract. */
  en: async (): Promise<{ readonly default: SettingTexts }> => ({ default: {} }),
  de: (): Promise<{ readonly default: SettingTexts }> => import('@shoal/api/setting-texts/de'),
}

/** Translations of the texts of settings in the contract of the API. */
export const settingTexts = (await loads[language]()).default
