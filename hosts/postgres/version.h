/* What differs between PostgreSQL 15 and 18, in one place. Include it first: it brings postgres.h. */
#ifndef FORETELL_HOSTS_POSTGRES_VERSION_H
#define FORETELL_HOSTS_POSTGRES_VERSION_H

#include <postgres.h>

#include <catalog/pg_language.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_proc.h>
#include <common/base64.h>
#include <utils/acl.h>

#if PG_VERSION_NUM < 150000
#error "PostgreSQL 15 or later is needed"
#endif

#if PG_VERSION_NUM >= 160000
#include <varatt.h>
#define ft_pg_may_execute(function, role) \
  (object_aclcheck(ProcedureRelationId, (function), (role), ACL_EXECUTE) == ACLCHECK_OK)
#define ft_pg_may_create(schema, role) \
  (object_aclcheck(NamespaceRelationId, (schema), (role), ACL_CREATE) == ACLCHECK_OK)
#define ft_pg_may_use(schema, role) \
  (object_aclcheck(NamespaceRelationId, (schema), (role), ACL_USAGE) == ACLCHECK_OK)
#else
#define ft_pg_may_execute(function, role) \
  (pg_proc_aclcheck((function), (role), ACL_EXECUTE) == ACLCHECK_OK)
#define ft_pg_may_create(schema, role) \
  (pg_namespace_aclcheck((schema), (role), ACL_CREATE) == ACLCHECK_OK)
#define ft_pg_may_use(schema, role) \
  (pg_namespace_aclcheck((schema), (role), ACL_USAGE) == ACLCHECK_OK)
#endif

/* PostgreSQL 18 took bytes where text was. */
#if PG_VERSION_NUM >= 180000
typedef uint8 ft_pg_byte;
#else
typedef char ft_pg_byte;
#endif

#endif
