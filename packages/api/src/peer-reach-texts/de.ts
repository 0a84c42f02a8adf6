/**
 * German texts on whether peers can connect, with the reasons and remedies: the same in every
 * interface.
 */
export default {
  states: { reachable: 'Ja', unreachable: 'Nein', unknown: 'Noch unbekannt', off: 'Aus' },
  /** The verdict in one sentence. */
  reasons: {
    connected: 'Andere können sich verbinden: Peers von außen haben es getan.',
    searching: 'Noch unbekannt: Der Router wird gebeten, andere durchzulassen.',
    mapped:
      'Andere können sich wahrscheinlich verbinden: Der Router lässt sie durch, aber noch keiner hat es getan.',
    public:
      'Andere können sich wahrscheinlich verbinden: Dieser Rechner hat eine öffentliche Adresse, aber noch keiner hat es getan.',
    'not-asked': 'Noch unbekannt: Niemand hat sich verbunden, und der Router wird nicht darum gebeten.',
    'test-failed':
      'Andere können sich wahrscheinlich nicht verbinden: Ein Hub im Internet hat es versucht, ohne Erfolg.',
    'other-address':
      'Andere können sich nicht verbinden: Sie sehen eine andere Adresse als die des Routers oder dieses Rechners.',
    'no-address': 'Andere können sich nicht verbinden: Dieser Rechner hat keine öffentliche IPv6-Adresse.',
    'no-router':
      'Andere können sich wahrscheinlich nicht verbinden: Es wurde kein Router gefunden, der sie durchlässt.',
    'no-answer':
      'Andere können sich wahrscheinlich nicht verbinden: Der Router öffnet Ports nicht von selbst.',
    refused:
      'Andere können sich wahrscheinlich nicht verbinden: Der Router weigert sich, den Port zu öffnen.',
    'port-taken':
      'Andere können sich wahrscheinlich nicht verbinden: Andere Rechner benutzen den Port des Routers.',
    'router-error':
      'Andere können sich wahrscheinlich nicht verbinden: Der Router konnte den Port nicht öffnen.',
    'double-nat': 'Andere können sich nicht verbinden: Der Router steht hinter einem anderen Router.',
    'carrier-nat':
      'Andere können sich nicht verbinden: Ihr Internetanbieter teilt eine Adresse unter mehreren Kunden auf.',
    'no-port': 'Andere können sich nicht verbinden: Der Knoten nimmt keine Verbindungen an.',
    'own-machine': 'Andere können sich nicht verbinden: Der Knoten nimmt nur Peers dieses Rechners an.',
    'other-family':
      'Andere können sich nicht verbinden: Der Knoten lauscht nur an einer Adresse der anderen Art.',
    'strict-proxy': 'Andere können sich nicht verbinden: Der Knoten benutzt einen strikten Proxy.',
    'strict-proxy-without-udp':
      'Andere können sich nicht verbinden: Der Knoten benutzt einen strikten Proxy. Dieser leitet kein UDP weiter, deshalb sind DHT, uTP und UDP-Tracker aus.',
  },
  /** Advice. */
  advice: {
    public:
      'Wenn sich niemand verbindet, während Torrents aktiv sind, erlauben Sie {ports} für TCP und UDP in den Firewalls dieses Rechners und seines Netzes.',
    'not-asked':
      'Schalten Sie in den Einstellungen network.portMapping ein, oder leiten Sie {ports} im Router an diesen Rechner weiter.',
    'test-failed':
      'Erlauben Sie {ports} für TCP und UDP in den Firewalls dieses Rechners und seines Netzes, und leiten Sie das Gleiche im Router an diesen Rechner weiter.',
    'other-address':
      'Ihr Datenverkehr läuft über ein VPN oder einen anderen Router, dessen Adresse andere sehen: {address}. Leiten Sie dort {ports} weiter, oder betreiben Sie den Knoten ohne das VPN.',
    'no-router':
      'Falls es einen Router gibt, leiten Sie in seinen Einstellungen {ports} an diesen Rechner weiter.',
    'no-answer':
      'Schalten Sie in den Einstellungen des Routers UPnP, NAT-PMP oder PCP ein, oder leiten Sie dort {ports} an diesen Rechner weiter.',
    refused:
      'Erlauben Sie es in den Einstellungen des Routers, oder leiten Sie dort {ports} an diesen Rechner weiter.',
    'port-taken': 'Wählen Sie in den Einstellungen des Knotens einen anderen Port als {port}.',
    'router-error':
      'Prüfen Sie die Statusseite des Routers, oder leiten Sie dort {ports} an diesen Rechner weiter.',
    'double-nat':
      'Schalten Sie einen der Router in den Bridge-Modus, oder leiten Sie {ports} auch auf dem äußeren weiter.',
    'carrier-nat':
      'Bitten Sie den Anbieter um eine öffentliche IPv4-Adresse, oder lassen Sie andere {ports} über IPv6 benutzen.',
  },
  /** Ports in advice: for torrents only, and with that of the Shoal network. */
  ports: { one: 'Port {peers}', two: 'die Ports {peers} (Torrents) und {network} (Shoal-Netz)' },
  /** The port of the Shoal network. */
  network: {
    reachable: 'Shoal-Netz: Andere können sich an Port {port} verbinden.',
    unconfirmed: 'Shoal-Netz: Noch hat niemand bestätigt, dass andere sich an Port {port} verbinden können.',
    /** Advice while peers of torrents can connect. */
    advice:
      'Falls ein Router oder eine Firewall dazwischen ist, lassen Sie dort TCP und UDP auch an Port {port} durch.',
  },
  family: '{family}: {verdict}',
  address: 'Von außen gesehen als {address}',
  arrival: 'Letzte Verbindung über {transport}: {time}, von {host}',
  mapping: '{transport}-Port {port} über {method}, bis {time}: {address}',
  permanent: '{transport}-Port {port} über {method}: {address}',
} as const
