// The people of the Desk, for owners; what they did; and one's own account.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createPasskey } from "../passkeys";
import { api, queryString } from "./client";
import type {
  AccountPasskey,
  Audit,
  AuditQuery,
  Invitation,
  NewPassword,
  NewStaff,
  OwnAccount,
  PasskeyCreation,
  StaffChange,
  StaffList,
  StaffRow,
} from "./types";

const STAFF = ["staff"];
const ACCOUNT = ["account"];
const AUDIT = ["audit"];

export function useStaff() {
  return useQuery({ queryKey: STAFF, queryFn: ({ signal }) => api.get<StaffList>("/staff", undefined, signal) });
}

export function useInvite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (staff: NewStaff) => api.post<Invitation>("/staff", staff),
    onSuccess: () => client.invalidateQueries({ queryKey: STAFF }),
  });
}

/** Everything that can be done about one. */
export function useStaffMember(handle: string) {
  const client = useQueryClient();
  const path = `/staff/${encodeURIComponent(handle)}`;
  const onSettled = () => client.invalidateQueries({ queryKey: STAFF });
  const change = useMutation({ mutationFn: (staff: StaffChange) => api.put<StaffRow>(path, staff), onSettled });
  const again = useMutation({ mutationFn: () => api.post<Invitation>(`${path}/invitation`), onSettled });
  const keepOut = useMutation({ mutationFn: () => api.post<StaffRow>(`${path}/disable`), onSettled });
  const letIn = useMutation({ mutationFn: () => api.post<StaffRow>(`${path}/enable`), onSettled });
  return { change, again, keepOut, letIn };
}

export function useAudit(query: AuditQuery) {
  return useInfiniteQuery({
    queryKey: [...AUDIT, query],
    queryFn: ({ pageParam, signal }) => api.get<Audit>("/audit", { ...query, next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** The address of the same as a file of JSON lines. */
export function auditFile(query: AuditQuery): string {
  return `/api/v1/audit/export${queryString(query)}`;
}

export function useAccount() {
  return useQuery({ queryKey: ACCOUNT, queryFn: ({ signal }) => api.get<OwnAccount>("/account", undefined, signal) });
}

async function addPasskey(name: string): Promise<AccountPasskey> {
  const asked = await api.post<PasskeyCreation>("/account/passkeys/challenge");
  return api.post<AccountPasskey>("/account/passkeys", { name, ...(await createPasskey(asked)) });
}

/** Everything that can be done about one's own account. */
export function useOwnAccount() {
  const client = useQueryClient();
  const onSettled = () => Promise.all([ACCOUNT, ["session"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  const rename = useMutation({ mutationFn: (name: string) => api.put<OwnAccount>("/account", { name }), onSettled });
  const setPassword = useMutation({
    mutationFn: (password: NewPassword) => api.put<void>("/account/password", password),
    onSettled,
  });
  const endSession = useMutation({
    mutationFn: (id: string) => api.remove<void>(`/account/sessions/${id}`),
    onSettled,
  });
  const endOthers = useMutation({ mutationFn: () => api.post("/account/sessions/end-others"), onSettled });
  const newPasskey = useMutation({ mutationFn: addPasskey, onSettled });
  const dropPasskey = useMutation({
    mutationFn: (id: string) => api.remove<void>(`/account/passkeys/${id}`),
    onSettled,
  });
  return { rename, setPassword, endSession, endOthers, newPasskey, dropPasskey };
}
