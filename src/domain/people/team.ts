/** How many members a team may have. */
export const MAX_MEMBERS = 500;
