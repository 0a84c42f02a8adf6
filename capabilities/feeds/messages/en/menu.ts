export default { feeds: { menu: 'Feeds' } } as const
