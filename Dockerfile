# One image for the workers and for the command line. It writes nothing but below /data, and needs
# nothing there where the ledger is on PostgreSQL, so it runs on a read-only file system.

FROM python:3.13.16-slim-trixie AS build
WORKDIR /app
RUN ["python", "-m", "venv", "/app/venv"]
COPY requirements-run.lock ./
RUN ["/app/venv/bin/pip", "--disable-pip-version-check", "--no-cache-dir", "install", \
     "--require-hashes", "--only-binary", ":all:", "-r", "requirements-run.lock"]
COPY . .
# Installed as everywhere else: one path, and the command. What built it stays behind.
RUN ["/app/venv/bin/pip", "--disable-pip-version-check", "--no-cache-dir", "install", \
     "--no-deps", "--no-build-isolation", "--editable", "."]
RUN ["/app/venv/bin/pip", "uninstall", "--yes", "--quiet", "setuptools", "pip"]
RUN ["/app/venv/bin/python", "-m", "compileall", "-q", "-x", "/venv/", "/app"]

FROM python:3.13.16-slim-trixie
LABEL org.opencontainers.image.title="closeline" \
      org.opencontainers.image.description="A durable sales-pipeline engine on Temporal" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin closeline \
 && install --directory --owner closeline --group closeline --mode 0700 /data
ENV PATH=/app/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CLOSELINE_DIR=/data \
    CLOSELINE_LOG=json \
    CLOSELINE_METRICS=127.0.0.1:9464
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-m", "starter.healthy"]
CMD ["python", "-m", "worker"]
