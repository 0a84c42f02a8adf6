import { plural } from '../plural.ts'

export const labels = {
  new: 'New label',
  newTitle: 'New label',
  edit: 'Change…',
  editTitle: (name: string) => `Label “${name}”`,
  menuOf: (name: string) => `Actions for the label ${name}`,
  name: 'Name',
  nameHint: 'A label cannot be renamed. Create a new one instead.',
  taken: 'A label with this name already exists. Choose another name.',
  missing: 'Enter a name for the label.',
  colour: 'Colour',
  colourAuto: 'Automatic',
  colourOwn: 'Custom colour',
  colours: {
    '#c2410c': 'Orange',
    '#b91c1c': 'Red',
    '#be185d': 'Pink',
    '#7c3aed': 'Violet',
    '#2563eb': 'Blue',
    '#0e7490': 'Teal',
    '#15803d': 'Green',
    '#a16207': 'Ochre',
    '#64748b': 'Grey',
  } as Record<string, string>,
  folder: 'Folder',
  folderHint: 'New torrents with this label are downloaded there. Existing ones stay where they are.',
  folderUsual: 'Use the default folder',
  confirm: 'Create label',
  save: 'Save',
  remove: 'Remove label',
  removeTitle: (name: string) => `Remove the label “${name}”?`,
  removeBody: (count: number) =>
    count === 0
      ? 'No torrent uses it.'
      : plural(
          count,
          '# torrent loses it. Its files stay where they are.',
          '# torrents lose it. Their files stay where they are.',
        ),
  removed: (name: string) => `Removed the label “${name}”`,
  saved: (name: string) => `Label “${name}” saved`,
  none: 'No labels yet. A label groups torrents and can have its own folder.',
  facts: (count: number, folder: string | null) =>
    `${plural(count, '# torrent', '# torrents')}${folder === null ? '' : `, ${folder}`}`,
}
