import type { SettingsChange } from '@shoal/api'

type Given<Group extends object> = { [Name in keyof Group]?: Exclude<Group[Name], undefined> }

/** Returns the object without members that are undefined. */
export function givenMembers<Group extends object>(group: Group): Given<Group> {
  return Object.fromEntries(Object.entries(group).filter(([, value]) => value !== undefined)) as Given<Group>
}

/** Returns a change of settings, by group, without undefined members and empty groups. */
export function givenSettings(change: { readonly [Group in keyof SettingsChange]: object }): SettingsChange {
  const groups = Object.entries(change).map(([name, group]) => [name, givenMembers(group)] as const)
  return Object.fromEntries(groups.filter(([, group]) => Object.keys(group).length > 0))
}
