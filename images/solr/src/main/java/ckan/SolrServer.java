package ckan;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import javax.servlet.DispatcherType;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Solr in standalone mode: the listener and the filter that Solr's own web.xml declares, on an embedded Jetty. */
public final class SolrServer {
  /** CKAN sends long filter queries as GET. */
  private static final int REQUEST_HEADER_BYTES = 65_535;

  private SolrServer() {}

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(System.getProperty("solr.solr.home", "/var/solr/data"));
    Files.createDirectories(home);

    Server server = new Server(new QueuedThreadPool(Integer.getInteger("solr.jetty.threads.max", 200), 8, 60_000));
    server.addConnector(connector(server));

    ServletContextHandler solr = new ServletContextHandler(server, "/solr", ServletContextHandler.NO_SESSIONS);
    solr.setAttribute(SolrDispatchFilter.SOLRHOME_ATTRIBUTE, home.toString());
    solr.addEventListener(new CoreContainerProvider());
    solr.addFilter(new FilterHolder(new SolrDispatchFilter()), "/*", EnumSet.of(DispatcherType.REQUEST));

    // On SIGTERM: requests end, the core commits and closes its index.
    server.setStopAtShutdown(true);
    server.start();
    server.join();
  }

  private static ServerConnector connector(Server server) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(REQUEST_HEADER_BYTES);
    ServerConnector connector =
        new ServerConnector(server, 1, 2, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http));
    connector.setHost(System.getProperty("jetty.host", "0.0.0.0"));
    connector.setPort(Integer.getInteger("jetty.port", 8983));
    return connector;
  }
}
