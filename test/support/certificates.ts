/** A certificate of nobody's, whose key was thrown away. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBtDCCAVmgAwIBAgIUNyiPqkQGjBd+TBEHZIj+g5j/lPowCgYIKoZIzj0EAwIw
LjEaMBgGA1UEAwwRRXhhbXBsZSBhdXRob3JpdHkxEDAOBgNVBAoMB0V4YW1wbGUw
IBcNMjYxMTIxMjE0MzIxWhgPMjEyNjEwMjgyMTQzMjFaMC4xGjAYBgNVBAMMEUV4
YW1wbGUgYXV0aG9yaXR5MRAwDgYDVQQKDAdFeGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEWzZFeF54G+MP8LT5pI1lwBRhTqF5Sgp3U+cH0o+kKmOR3TAk
HKwFQriUICPzCX+GvOZi/310ZMQhHQaSzM8sWqNTMFEwHQYDVR0OBBYEFGEA8Xo0
/WFCNxCr8UQI6TRG7RqyMB8GA1UdIwQYMBaAFGEA8Xo0/WFCNxCr8UQI6TRG7Rqy
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAKB/rRMFpwTFFF+L
vn6zrCf08uwgxvhOWxZfw/uJwrMnAiEAhL0pLLn/PVV1CSr9VTNM/uOloG363gqY
g8rbotZNi+Q=
-----END CERTIFICATE-----
`;

/** What it looks like when somebody pastes the wrong file. */
export const privateKey = certificate.replaceAll("CERTIFICATE", "PRIVATE KEY");
