/** Line icons, 18 px, in the colour of the text. They are decoration: the word stands beside each. */
function Icon({ path }: { path: string }) {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}

export const ListIcon = () => <Icon path="M3 4.5h1M7 4.5h8M3 9h1M7 9h8M3 13.5h1M7 13.5h8" />;
export const SettingsIcon = () => <Icon path="M3 5.5h6M13 5.5h2M3 12.5h2M9 12.5h6M11 3.5v4M7 10.5v4" />;
export const AuditIcon = () => (
  <Icon path="M9 2.5l5.5 2v4c0 3.5-2.3 6-5.5 7-3.2-1-5.5-3.5-5.5-7v-4zM6.5 9l2 2 3.5-4" />
);
export const OverviewIcon = () => <Icon path="M3 3h5v6H3zM10 3h5v4h-5zM10 9h5v6h-5zM3 11h5v4H3z" />;
export const OffersIcon = () => <Icon path="M2.5 8.5h13v6.5h-13zM4 8.5v-2h10v2M9 3v9M6.5 9.5L9 12l2.5-2.5" />;
export const PeopleIcon = () => (
  <Icon path="M6.5 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM2 15c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M12 4a2.5 2.5 0 0 1 0 4.5M13 11c1.8.4 3 1.8 3 4" />
);
export const BellIcon = () => (
  <Icon path="M4.5 12.5c1-1 1-2.5 1-4.5a3.5 3.5 0 0 1 7 0c0 2 0 3.5 1 4.5zM7.5 15a1.5 1.5 0 0 0 3 0" />
);
export const ReportIcon = () => (
  <Icon path="M4 2.5h7l3.5 3.5v9.5H4zM11 2.5V6h3.5M7 12v-2M9.2 12V8.5M11.5 12v-3" />
);
