/**
 * Ports that a test never speaks to, and what usually listens there: services that are not spoken to over HTTP, and
 * those that do what they are told by whoever reaches them. A request that is sent there all the same can be taken for
 * commands of theirs, and that it failed would tell what runs in the network.
 */
const DENIED_PORTS: ReadonlyMap<number, string> = new Map([
  [7, 'echo'],
  [19, 'character generator'],
  [21, 'FTP'],
  [22, 'SSH'],
  [23, 'Telnet'],
  [25, 'SMTP'],
  [53, 'DNS'],
  [69, 'TFTP'],
  [79, 'finger'],
  [110, 'POP3'],
  [111, 'portmapper'],
  [119, 'NNTP'],
  [123, 'NTP'],
  [135, 'Windows RPC'],
  [137, 'NetBIOS'],
  [138, 'NetBIOS'],
  [139, 'NetBIOS'],
  [143, 'IMAP'],
  [161, 'SNMP'],
  [389, 'LDAP'],
  [445, 'SMB'],
  [465, 'SMTP'],
  [512, 'rexec'],
  [513, 'rlogin'],
  [514, 'rsh'],
  [515, 'printers'],
  [587, 'SMTP'],
  [636, 'LDAP'],
  [873, 'rsync'],
  [993, 'IMAP'],
  [995, 'POP3'],
  [1433, 'SQL Server'],
  [1521, 'Oracle'],
  [2049, 'NFS'],
  [2375, 'Docker without TLS'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [3306, 'MySQL'],
  [3389, 'remote desktop'],
  [5432, 'PostgreSQL'],
  [5672, 'AMQP'],
  [5900, 'VNC'],
  [6379, 'Redis'],
  [6667, 'IRC'],
  [8200, 'Vault'],
  [8201, 'Vault between its nodes'],
  [8500, 'Consul'],
  [11211, 'memcached'],
  [27017, 'MongoDB'],
]);

/** True for a port that no test speaks to, unless it is among `own`: the service's own ones. */
export function isDeniedPort(url: URL, own: readonly number[] = []): boolean {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return DENIED_PORTS.has(port) && !own.includes(port);
}
