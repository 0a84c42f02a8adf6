export default { notes: { section: 'Notizen', tab: 'Notiz' } } as const
