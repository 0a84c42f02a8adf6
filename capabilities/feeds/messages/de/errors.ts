export default {
  'feed-status': '{host}: Der Server hat den Feed nicht gesendet (HTTP {status})',
  'feed-late': '{host}: Der Feed kam nicht innerhalb von {seconds} Sekunden an',
  'feed-damaged': 'der komprimierte Feed ist beschädigt oder zu groß',
  'feed-compression': 'die Komprimierung des Feeds wird nicht unterstützt: {name}',
  'feed-not': 'das ist kein Feed in RSS oder Atom: Prüfen Sie den Link',
  'feed-deep': 'dieser Feed ist zu tief verschachtelt',
  'feeds-many': 'ein Knoten folgt höchstens {most} Feeds: Entfernen Sie zuerst einige',
  'feed-gone': 'diesen Feed gibt es nicht: Vielleicht wurde er entfernt',
  'feed-slow': 'Der Filter {filter} braucht zu lange für {title}: Vereinfachen Sie ihn',
  'feed-thread': 'Der Thread für Filter ist beendet: Versuchen Sie es erneut',
  'input-feed-url': 'Schreiben Sie die Adresse eines Feeds, die mit http:// oder https:// beginnt',
  'feed-expression': 'Das ist kein gültiger regulärer Ausdruck: {why}',
} as const
