import { ApiError, type Settings, type SettingsChange } from '@shoal/api'
import { useCallback, useState } from 'react'
import { notify, toasts } from '../../shared/controls/toasts.ts'
import { errorMessage } from '../../shared/format/error-message.ts'
import { isAborted, messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { type Asked, useAsked, useNode, useTopic } from '../../shared/node/context.tsx'
import { describeField } from './field-text.ts'
import {
  entryOf,
  fieldNamed,
  problemWith,
  type SettingField,
  type SettingProblem,
  settingIn,
  toChange,
  withSetting,
} from './model.ts'

const say = texts.settings
/** ID of the last save notification: the next one replaces it, so that they do not pile up. */
let lastNote = ''

export interface SettingsEditor {
  readonly asked: Asked<Settings>
  /** Problems by setting name. */
  readonly problems: ReadonlyMap<string, SettingProblem>
  /**
   * Saves one setting at once. Shows the problem next to an invalid value instead of sending it.
   */
  save(field: SettingField, value: unknown): Promise<void>
  /** Saves several settings. Resolves to whether that succeeded. */
  apply(change: SettingsChange): Promise<boolean>
}

export function useSettings(): SettingsEditor {
  const { api } = useNode()
  const asked = useAsked(api => api.getSettings({}), [])
  const [problems, setProblems] = useState<ReadonlyMap<string, SettingProblem>>(new Map())
  const { set, value: settings } = asked
  const setProblem = useCallback((name: string, problem: SettingProblem | null) => {
    setProblems(before => {
      const after = new Map(before)
      if (problem === null) after.delete(name)
      else after.set(name, problem)
      return after
    })
  }, [])
  const apply = useCallback(
    async (change: SettingsChange, blamed?: SettingField) => {
      try {
        set(await api.changeSettings(change))
        if (blamed) setProblem(blamed.name, null)
        return true
      } catch (error) {
        if (isAborted(error)) return false
        const named = error instanceof ApiError ? error.field : undefined
        const field = fieldNamed(named) ?? blamed
        if (field) setProblem(field.name, { message: messageOf(error), entry: entryOf(named) })
        else notify(say.notSaved, { type: 'bad', description: messageOf(error) })
        return false
      }
    },
    [api, set, setProblem],
  )
  const save = useCallback(
    async (field: SettingField, value: unknown) => {
      if (!settings) return
      const problem = problemWith(field, value)
      if (problem) return setProblem(field.name, { ...problem, message: errorMessage(problem) })
      const before = settingIn(settings, field)
      // Shown at once: a switch that waits for the node feels broken.
      set(withSetting(settings, field, value))
      if (!(await apply(toChange(field, value), field))) return set(settings)
      const undo = () => void apply(toChange(field, before), field)
      toasts.close(lastNote)
      lastNote = notify(say.saved({ name: describeField(field).title }), {
        type: 'good',
        action: { text: say.undo, onSelect: undo },
      })
    },
    [apply, set, setProblem, settings],
  )
  // Clears the errors when new settings arrive from elsewhere.
  useTopic('settings', () => setProblems(new Map()))
  return { asked, problems, save, apply }
}
