# A recursive resolver beside the agent: Docker's own (127.0.0.11) forwards to the host's, and that is often one that the
# lists refuse.
#   docker build -f packaging/docker/resolver.Dockerfile -t reputed-resolver packaging/docker
FROM debian:12-slim
LABEL org.opencontainers.image.title="reputed-resolver" \
      org.opencontainers.image.description="recursive DNS resolver for reputed"
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update \
    && apt-get install -y --no-install-recommends unbound dns-root-data \
    && rm -rf /var/lib/apt/lists/*
COPY unbound.conf /etc/unbound/unbound.conf
RUN unbound-checkconf /etc/unbound/unbound.conf
USER unbound
EXPOSE 5335/udp 5335/tcp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5335"]
ENTRYPOINT ["/usr/sbin/unbound"]
CMD ["-d", "-c", "/etc/unbound/unbound.conf"]
